import { count, price } from './rupees'

/** A figure of a refusal: its unit is in its name, so only its digits are dressed. */
export function number(value: number | string | null | undefined): string {
  if (typeof value !== 'number') return value ?? '–'
  return Number.isInteger(value) ? count(value) : price(value)
}
