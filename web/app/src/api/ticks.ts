/** Last prices, outside React: a tick repaints the cells of its instrument and nothing else. */
import { useCallback, useSyncExternalStore } from 'react'
import type { Tick } from './types'

export interface LastTick extends Tick {
  /** Against the price before it: 1, −1, or 0 for the first. */
  direction: -1 | 0 | 1
}

const last = new Map<string, LastTick>()
const listeners = new Map<string, Set<() => void>>()

export const ticks = {
  get: (instrument: string): LastTick | undefined => last.get(instrument),

  put(tick: Tick): void {
    const before = last.get(tick.instrument)
    // Ticks that a reconnect repeats must not turn the clock back.
    if (before && Date.parse(tick.time) < Date.parse(before.time)) return
    const direction = !before ? 0 : tick.price > before.price ? 1 : tick.price < before.price ? -1 : before.direction
    last.set(tick.instrument, { ...tick, direction })
    for (const listener of listeners.get(tick.instrument) ?? []) listener()
  },

  subscribe(instrument: string, listener: () => void): () => void {
    const all = listeners.get(instrument) ?? new Set()
    listeners.set(instrument, all.add(listener))
    return () => all.delete(listener)
  },

  clear(): void {
    last.clear()
  },
}

export function useTick(instrument: string): LastTick | undefined {
  const subscribe = useCallback((listener: () => void) => ticks.subscribe(instrument, listener), [instrument])
  return useSyncExternalStore(subscribe, () => last.get(instrument))
}
