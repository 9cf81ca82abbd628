/** Rupees on paper: lakh and crore grouping, a real minus sign. Amounts come in 1/10,000 rupee. */

export const SCALE = 10_000

const MINUS = '\u2212'

/** An amount of the metrics (decimal rupees) in 1/10,000 rupee. */
export function raw(rupees: number): number {
  return Math.round(rupees * SCALE)
}

/** Digits in groups of three, then of two: 12345678 is 1,23,45,678. */
export function grouped(digits: string): string {
  if (digits.length <= 3) return digits
  const head = digits.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ',')
  return `${head},${digits.slice(-3)}`
}

/** To the paisa, half away from zero: ₹1,23,456.78. */
export function rupees(amount: number, sign: 'always' | 'minus' = 'minus'): string {
  const paise = Math.floor((Math.abs(amount) + 50) / 100)
  const text = `₹${grouped(String(Math.floor(paise / 100)))}.${String(paise % 100).padStart(2, '0')}`
  return mark(amount, paise === 0, sign) + text
}

/** For axes and tiles: ₹950, ₹12.4 K, ₹1.24 L, ₹3.50 Cr. */
export function short(amount: number, sign: 'always' | 'minus' = 'minus'): string {
  const whole = Math.abs(amount) / SCALE
  const steps: [number, string][] = [
    [1e7, ' Cr'],
    [1e5, ' L'],
    [1e3, ' K'],
  ]
  const [unit, name] = steps.find(([unit]) => whole >= unit * 0.9995) ?? [1, '']
  const scaled = whole / unit
  const decimals = name === '' ? (scaled < 10 && scaled % 1 !== 0 ? 2 : 0) : scaled < 10 ? 2 : scaled < 100 ? 1 : 0
  const [digits, rest] = scaled.toFixed(decimals).split('.')
  return `${mark(amount, whole === 0, sign)}₹${grouped(digits ?? '0')}${rest ? `.${rest}` : ''}${name}`
}

/** A price: two decimals, four where it has them. */
export function price(amount: number): string {
  const units = Math.round(Math.abs(amount))
  const fraction = String(units % SCALE).padStart(4, '0')
  const shown = fraction.endsWith('00') ? fraction.slice(0, 2) : fraction
  return `${mark(amount, units === 0, 'minus')}${grouped(String(Math.floor(units / SCALE)))}.${shown}`
}

/** A count: 1,23,456. */
export function count(n: number): string {
  return `${n < 0 ? MINUS : ''}${grouped(String(Math.abs(Math.round(n))))}`
}

/** A plain number with decimals. */
export function number(n: number | null | undefined, decimals = 2): string {
  if (n === null || n === undefined || !Number.isFinite(n)) return '–'
  const [digits, rest] = Math.abs(n).toFixed(decimals).split('.')
  const text = `${grouped(digits ?? '0')}${rest ? `.${rest}` : ''}`
  return n < 0 && /[1-9]/.test(text) ? MINUS + text : text
}

/** Already in percent: 12.34 %. */
export function percent(n: number | null | undefined, sign: 'always' | 'minus' = 'minus', decimals = 2): string {
  const text = number(n, decimals)
  if (text === '–') return text
  const plus = sign === 'always' && !text.startsWith(MINUS) && /[1-9]/.test(text) ? '+' : ''
  return `${plus}${text} %`
}

function mark(amount: number, zero: boolean, sign: 'always' | 'minus'): string {
  if (zero) return ''
  return amount < 0 ? MINUS : sign === 'always' ? '+' : ''
}
