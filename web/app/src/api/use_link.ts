import { useEffect, useState, useSyncExternalStore } from 'react'
import { socket, type Link } from './socket'

/** Silence on an open connection for longer than this is told: figures may be old. */
const STALE_AFTER_MS = 20_000

/** The connection; `silent` when it is open and nothing has come for long; `heard`: when something last came. */
export function useLink(): { link: Link; silent: boolean; heard: number } {
  const link = useSyncExternalStore(socket.link.subscribe, socket.link.get)
  const now = useNow()
  const heard = socket.heard()
  return { link, heard, silent: link === 'live' && now - heard > STALE_AFTER_MS }
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
