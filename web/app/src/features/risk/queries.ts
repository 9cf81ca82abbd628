import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import { socket } from '@/api/socket'

export const locksQuery = queryOptions({
  queryKey: ['risk', 'locks'],
  queryFn: () => take(client.GET('/api/risk/locks')),
})

export const riskEventsQuery = queryOptions({
  queryKey: ['risk', 'events'],
  queryFn: () => take(client.GET('/api/risk/events', { params: { query: { limit: 50 } } })),
})

/** Locks come and go seldom: a message about risk is reason enough to read them anew. */
export function liveRisk(cache: QueryClient): () => void {
  return socket.listen({ topic: 'risk', key: '' }, () => {
    void cache.invalidateQueries({ queryKey: ['risk'] })
  })
}
