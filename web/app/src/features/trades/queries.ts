import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'

export function tradesQuery(accountId: number) {
  return queryOptions({
    queryKey: ['trades', accountId],
    queryFn: () => take(client.GET('/api/trades', { params: { query: { accountId, limit: 100 } } })),
  })
}
