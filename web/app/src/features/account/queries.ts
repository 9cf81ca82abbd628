import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'

export const accountsQuery = queryOptions({
  queryKey: ['accounts'],
  queryFn: () => take(client.GET('/api/accounts', { params: { query: { limit: 500 } } })),
  // Closed ones stay in the list; nothing is traded in them.
  select: (page) => page.items.filter((account) => account.state !== 'closed'),
})

export const pnlQuery = queryOptions({
  queryKey: ['pnl'],
  queryFn: () => take(client.GET('/api/pnl')),
})

export function fundsQuery(accountId: number) {
  return queryOptions({
    queryKey: ['funds', accountId],
    queryFn: () => take(client.GET('/api/accounts/{id}/funds', { params: { path: { id: accountId } } })),
  })
}
