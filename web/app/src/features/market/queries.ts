import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'

/** Where the day began for each instrument; the last price comes by ticks. */
export function quotesQuery(instruments: string[]) {
  return queryOptions({
    queryKey: ['quotes', ...instruments],
    queryFn: () => take(client.GET('/api/quotes', { params: { query: { instruments: instruments.join(',') } } })),
    enabled: instruments.length > 0,
    refetchInterval: 60_000,
  })
}
