import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => take(client.GET('/api/accounts', { params: { query: { limit: 500 } } })),
  select: (page) => page.items,
})

export const pnlQuery = queryOptions({
  queryKey: ['pnl'],
  queryFn: () => take(client.GET('/api/pnl')),
})
