import { grouped } from './rupees'

/** What the server says, its rupees grouped as all rupees here: ₹1000000.00 is ₹10,00,000.00. */
export function said(words: string): string {
  return words.replace(/(₹[-−]?)(\d{4,})(?![\d,])/g, (_, sign: string, digits: string) => sign + grouped(digits))
}
