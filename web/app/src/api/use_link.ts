import { useEffect, useState, useSyncExternalStore } from 'react'
import { socket, type Link } from './socket'

/** Silence on an open connection for longer than this is told: figures may be old. */
export const STALE_AFTER_MS = 20_000

export function useLink(): Link {
  return useSyncExternalStore(socket.link.subscribe, socket.link.get)
}

/** The wall clock, once a second. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now())
  useEffect(() => {
    const every = setInterval(() => setNow(Date.now()), 1_000)
    return () => clearInterval(every)
  }, [])
  return now
}
