import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import { ticks } from '@/api/ticks'
import type { Tick } from '@/api/types'

/** Ticks of these instruments go to the store of last prices, never to the query cache. */
export function liveTicks(instruments: string[]): () => void {
  const stops = instruments.map((key) =>
    socket.listen({ topic: 'ticks', key }, (_, data) => {
      for (const tick of listOf<Tick>(data)) ticks.put(tick)
    }),
  )
  return () => {
    for (const stop of stops) stop()
  }
}
