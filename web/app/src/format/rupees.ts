/** Rupees as shown: lakh and crore grouping, a real minus sign. Amounts come from the server in rupees, at most 4 decimals. */

/** Integers of 1/10,000 rupee carry every amount exactly; a float's sum would not. */
const SCALE = 10_000
const MINUS = '\u2212'
const NONE = '–'

export type Sign = 'always' | 'minus'

/** Digits in groups of three, then of two: 12345678 is 1,23,45,678. */
export function grouped(digits: string): string {
  if (digits.length <= 3) return digits
  const head = digits.slice(0, -3).replace(/\B(?=(\d{2})+$)/g, ',')
  return `${head},${digits.slice(-3)}`
}

/** To the paisa, half away from zero: ₹1,23,456.78. */
export function rupees(amount: number | null | undefined, sign: Sign = 'minus'): string {
  if (!known(amount)) return NONE
  const paise = Math.floor((Math.abs(Math.round(amount * SCALE)) + 50) / 100)
  const text = `₹${grouped(String(Math.floor(paise / 100)))}.${String(paise % 100).padStart(2, '0')}`
  return mark(amount, paise === 0, sign) + text
}

/** A price: two decimals, four where it has them. */
export function price(amount: number | null | undefined, sign: Sign = 'minus'): string {
  if (!known(amount)) return NONE
  const units = Math.abs(Math.round(amount * SCALE))
  const fraction = String(units % SCALE).padStart(4, '0')
  const shown = fraction.endsWith('00') ? fraction.slice(0, 2) : fraction
  return `${mark(amount, units === 0, sign)}${grouped(String(Math.floor(units / SCALE)))}.${shown}`
}

/** A count: 1,23,456. */
export function count(n: number | null | undefined): string {
  if (!known(n)) return NONE
  return `${n < 0 ? MINUS : ''}${grouped(String(Math.abs(Math.round(n))))}`
}

/** Already in percent: +12.34 %. */
export function percent(n: number | null | undefined, sign: Sign = 'minus'): string {
  if (!known(n)) return NONE
  const [digits, rest] = Math.abs(n).toFixed(2).split('.') as [string, string]
  return `${mark(n, !/[1-9]/.test(digits + rest), sign)}${grouped(digits)}.${rest} %`
}

/** What stands beside an amount for those who do not see its colour. */
export function arrow(n: number): '▲' | '▼' | '' {
  return n > 0 ? '▲' : n < 0 ? '▼' : ''
}

function known(n: number | null | undefined): n is number {
  return n !== null && n !== undefined && Number.isFinite(n)
}

function mark(amount: number, zero: boolean, sign: Sign): string {
  if (zero) return ''
  return amount < 0 ? MINUS : sign === 'always' ? '+' : ''
}
