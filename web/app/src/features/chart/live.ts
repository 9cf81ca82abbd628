import type { QueryClient } from '@tanstack/react-query'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Candle } from '@/api/types'
import { withCandles } from './queries'

/** Keeps one chart's candles growing. */
export function liveCandles(cache: QueryClient, instrument: string, timeframe: string): () => void {
  return socket.listen({ topic: 'candles', key: `${instrument}@${timeframe}` }, (_, data) => {
    cache.setQueryData<Candle[]>(['candles', instrument, timeframe], (old) => withCandles(old, listOf<Candle>(data)))
  })
}
