import { QueryClient } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import type { Order } from '@/api/types'
import { putOrder } from './live'
import { openOrdersQuery, ordersQuery, withOrder, type OrderPage } from './queries'

const ORDER: Order = {
  id: '261121A1K0000001',
  accountId: 1,
  book: 'manual',
  runId: null,
  parentId: null,
  origin: 'manual',
  instrument: 'NSE:ITC-EQ',
  side: 'BUY',
  type: 'LIMIT',
  product: 'MIS',
  validity: 'DAY',
  quantity: 10,
  disclosedQuantity: 0,
  filledQuantity: 0,
  averagePrice: null,
  limitPrice: 400,
  triggerPrice: null,
  state: 'open',
  because: null,
  tag: null,
  createdAt: '2026-11-21T10:00:00+05:30',
  updatedAt: '2026-11-21T10:00:00+05:30',
}
const later = { ...ORDER, state: 'filled', filledQuantity: 10, updatedAt: '2026-11-21T10:00:01+05:30' } as const

test('a new order comes first, a known one is replaced, one that ended leaves the open ones', () => {
  expect(withOrder({ items: [] }, ORDER, true)?.items).toEqual([ORDER])
  expect(withOrder({ items: [ORDER] }, later, false)?.items).toEqual([later])
  expect(withOrder({ items: [ORDER] }, later, true)?.items).toEqual([])
  expect(withOrder({ items: [] }, later, true)?.items).toEqual([])
})

test('an answer that was overtaken by a message does not turn the clock back', () => {
  expect(withOrder({ items: [later] }, ORDER, false)?.items).toEqual([later])
})

test('an answer that comes after the end does not bring the order back among the open ones', () => {
  const cache = new QueryClient()
  const read = (query: { queryKey: readonly unknown[] }) => cache.getQueryData<OrderPage>(query.queryKey)?.items
  cache.setQueryData<OrderPage>(ordersQuery(1).queryKey, { items: [ORDER] })
  cache.setQueryData<OrderPage>(openOrdersQuery(1).queryKey, { items: [ORDER] })
  putOrder(cache, later)
  putOrder(cache, { ...ORDER, state: 'pendingCancel' })
  expect(read(openOrdersQuery(1))).toEqual([])
  expect(read(ordersQuery(1))).toEqual([later])
})
