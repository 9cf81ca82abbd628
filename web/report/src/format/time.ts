/** Indian Standard Time on paper. Instants come in seconds since 1970 (UTC). */

/** IST has been UTC+5:30 without summer time since 1945. */
export const IST_SECONDS = 19_800

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function two(n: number): string {
  return String(n).padStart(2, '0')
}

function wall(seconds: number): Date {
  return new Date((seconds + IST_SECONDS) * 1_000)
}

/** 31 Jan 2024 */
export function day(seconds: number): string {
  const at = wall(seconds)
  return `${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()]} ${at.getUTCFullYear()}`
}

/** 09:15 */
export function clock(seconds: number): string {
  const at = wall(seconds)
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`
}

/** 31 Jan 2024 09:15 */
export function moment(seconds: number): string {
  return `${day(seconds)} ${clock(seconds)}`
}

/** `2024-01-31…` as 31 Jan 2024; anything else as it is. */
export function isoDay(text: unknown): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})/.exec(String(text ?? ''))
  return found ? `${found[3]} ${MONTHS[Number(found[2]) - 1]} ${found[1]}` : String(text ?? '–')
}

/** `2024-01-31T09:15:00+05:30` as 31 Jan 2024 09:15; anything else as it is. */
export function isoMoment(text: unknown): string {
  const found = /T(\d{2}:\d{2})/.exec(String(text ?? ''))
  return found ? `${isoDay(text)} ${found[1]}` : isoDay(text)
}

/** 3 d 4 h, 2 h 05 min, 45 s */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined) return '–'
  const whole = Math.round(seconds)
  const [days, hours, minutes] = [whole / 86_400, (whole % 86_400) / 3_600, (whole % 3_600) / 60].map(Math.floor) as [
    number,
    number,
    number,
  ]
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${two(minutes)} min`
  return minutes > 0 ? `${minutes} min` : `${whole} s`
}

export function monthName(month: number): string {
  return MONTHS[month - 1] ?? ''
}
