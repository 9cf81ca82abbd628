import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import { isOpen, type Order } from '@/api/types'

export interface OrderPage {
  items: Order[]
  next?: string | null
}

/** The newest orders of an account: what the table of all shows. */
export const RECENT = 200

export function ordersQuery(accountId: number) {
  return queryOptions({
    queryKey: ['orders', accountId, 'recent'],
    queryFn: (): Promise<OrderPage> =>
      take(client.GET('/api/orders', { params: { query: { accountId, limit: RECENT } } })),
  })
}

/** Every order that may still trade, however old. */
export function openOrdersQuery(accountId: number) {
  return queryOptions({
    queryKey: ['orders', accountId, 'open'],
    queryFn: (): Promise<OrderPage> =>
      take(client.GET('/api/orders', { params: { query: { accountId, open: true, limit: 500 } } })),
  })
}

/** Whether what is known of an order came after what is told of it now. What has ended does not open again. */
export function isNewer(known: Order, told: Order): boolean {
  if (!isOpen(known) && isOpen(told)) return true
  return Date.parse(known.updatedAt) > Date.parse(told.updatedAt)
}

/** A list with one order as it is now. What is known to be newer stays: messages and answers cross on the way. */
export function withOrder(page: OrderPage | undefined, order: Order, openOnly: boolean): OrderPage | undefined {
  if (!page) return page
  const old = page.items.find((one) => one.id === order.id)
  if (old && isNewer(old, order)) return page
  if (openOnly && !isOpen(order)) {
    return old ? { ...page, items: page.items.filter((one) => one.id !== order.id) } : page
  }
  const items = old ? page.items.map((one) => (one.id === order.id ? order : one)) : [order, ...page.items]
  return { ...page, items }
}
