import type { QueryClient } from '@tanstack/react-query'
import { patchQuery } from '@/api/patch'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Order } from '@/api/types'
import { isNewer, openOrdersQuery, ordersQuery, withOrder, type OrderPage } from './queries'

export function putOrder(cache: QueryClient, order: Order): void {
  const { accountId } = order
  const recent = cache.getQueryData<OrderPage>(ordersQuery(accountId).queryKey)
  const known = recent?.items.find((one) => one.id === order.id)
  // The list of open orders forgets what has ended: an answer that comes late would bring it back there.
  if (known && isNewer(known, order)) return
  patchQuery<OrderPage>(cache, ordersQuery(accountId).queryKey, (page) => withOrder(page, order, false))
  patchQuery<OrderPage>(cache, openOrdersQuery(accountId).queryKey, (page) => withOrder(page, order, true))
}

/** Keeps the tables of orders as the server's messages say. */
export function liveOrders(cache: QueryClient): () => void {
  return socket.listen({ topic: 'orders', key: '' }, (kind, data) => {
    for (const order of listOf<Order>(data)) putOrder(cache, order)
    // A snapshot may leave out what ended while we were away.
    if (kind === 'snapshot') void cache.invalidateQueries({ queryKey: ['orders'] })
  })
}
