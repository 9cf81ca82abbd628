import type { QueryClient } from '@tanstack/react-query'
import { patchQuery } from '@/api/patch'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Position } from '@/api/types'
import { positionsQuery, withPosition, type PositionPage } from './queries'

/** Keeps the table of positions as the server's messages say. */
export function livePositions(cache: QueryClient): () => void {
  return socket.listen({ topic: 'positions', key: '' }, (kind, data) => {
    for (const position of listOf<Position>(data)) {
      patchQuery<PositionPage>(cache, positionsQuery(position.accountId).queryKey, (page) =>
        withPosition(page, position),
      )
    }
    if (kind === 'snapshot') void cache.invalidateQueries({ queryKey: ['positions'] })
  })
}
