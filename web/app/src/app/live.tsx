import { useQueryClient } from '@tanstack/react-query'
import { useEffect, type ReactNode } from 'react'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Order } from '@/api/types'
import { livePnl } from '@/features/account/live'
import { liveOrders } from '@/features/orders/live'
import { livePositions } from '@/features/positions/live'
import { liveRisk } from '@/features/risk/queries'
import { liveRuns } from '@/features/runs/live'

/** Fills come in bursts; what follows from them is read once after each burst. */
const SETTLE_MS = 500

/** The socket's life, from log-in to log-out, and what it keeps true. */
export function Live({ children }: { children: ReactNode }) {
  const cache = useQueryClient()
  useEffect(() => {
    let settle: ReturnType<typeof setTimeout> | undefined
    const fills = socket.listen({ topic: 'orders', key: '' }, (_, data) => {
      if (!listOf<Order>(data).some((order) => order.filledQuantity > 0)) return
      clearTimeout(settle)
      settle = setTimeout(() => {
        void cache.invalidateQueries({ queryKey: ['trades'] })
        void cache.invalidateQueries({ queryKey: ['funds'] })
      }, SETTLE_MS)
    })
    const stops = [fills, ...[liveOrders, livePositions, livePnl, liveRuns, liveRisk].map((live) => live(cache))]
    socket.open()
    return () => {
      clearTimeout(settle)
      for (const stop of stops) stop()
      socket.close()
    }
  }, [cache])
  return children
}
