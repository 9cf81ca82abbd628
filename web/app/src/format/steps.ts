/** Prices by tick and quantities by lot, exact: a float's 0.05 does not add up. */

const SCALE = 10_000

function raw(amount: number): number {
  return Math.round(amount * SCALE)
}

/** The price some ticks away, on the tick grid, never below one tick. */
export function stepPrice(from: number, ticks: number, tickSize: number): number {
  const tick = raw(tickSize)
  const steps = raw(from) / tick
  const base = ticks > 0 ? Math.floor(steps) : ticks < 0 ? Math.ceil(steps) : Math.round(steps)
  return (Math.max(1, base + ticks) * tick) / SCALE
}

/** The quantity some lots away, in whole lots, never below one lot. */
export function stepQuantity(from: number, lots: number, lotSize: number): number {
  const base = lots > 0 ? Math.floor(from / lotSize) : Math.ceil(from / lotSize)
  return Math.max(1, base + lots) * lotSize
}

export function onTick(price: number, tickSize: number): boolean {
  return raw(price) % raw(tickSize) === 0
}

/** Price less reference, without the float's dust. */
export function difference(price: number, reference: number): number {
  return (raw(price) - raw(reference)) / SCALE
}

/** A move in percent of its reference. */
export function changePercent(price: number, reference: number): number | null {
  return reference > 0 ? (difference(price, reference) * 100) / reference : null
}

/**
 * What an order would be worth: told before it is sent, always with "about" beside it. The one product of price and
 * quantity in the page; every amount that has happened comes from the server.
 */
export function about(price: number, quantity: number): number {
  return (raw(price) * quantity) / SCALE
}
