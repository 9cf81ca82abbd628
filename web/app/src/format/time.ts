/** Indian Standard Time as shown, wherever the page is read. Instants come as ISO 8601 texts or as milliseconds. */

/** IST has been UTC+5:30 without summer time since 1945. */
export const IST_SECONDS = 19_800
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export type Instant = string | number

function two(n: number): string {
  return String(n).padStart(2, '0')
}

function wall(at: Instant): Date | null {
  const milliseconds = typeof at === 'number' ? at : Date.parse(at)
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds + IST_SECONDS * 1_000)
}

/** 09:15:04 */
export function clock(at: Instant | null | undefined): string {
  const time = at === null || at === undefined ? null : wall(at)
  return time ? `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}` : '–'
}

/** 31 Jan 2024 */
export function day(at: Instant | null | undefined): string {
  const time = at === null || at === undefined ? null : wall(at)
  return time ? `${two(time.getUTCDate())} ${MONTHS[time.getUTCMonth()]} ${time.getUTCFullYear()}` : '–'
}

/** 09:15:04 of today, 31 Jan 09:15 of another day. */
export function moment(at: Instant | null | undefined, now = Date.now()): string {
  const time = at === null || at === undefined ? null : wall(at)
  if (!time) return '–'
  if (day(at) === day(now)) return clock(at)
  return `${two(time.getUTCDate())} ${MONTHS[time.getUTCMonth()]} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`
}

/** 3 d 4 h, 2 h 05 min, 45 s */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return '–'
  const whole = Math.round(seconds)
  const days = Math.floor(whole / 86_400)
  const hours = Math.floor((whole % 86_400) / 3_600)
  const minutes = Math.floor((whole % 3_600) / 60)
  if (days > 0) return `${days} d ${hours} h`
  if (hours > 0) return `${hours} h ${two(minutes)} min`
  return minutes > 0 ? `${minutes} min ${two(whole % 60)} s` : `${whole} s`
}

/** 2024-01-31, the day in India. */
export function isoDate(at: Instant): string {
  return wall(at)?.toISOString().slice(0, 10) ?? ''
}
