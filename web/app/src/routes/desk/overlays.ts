import { isOpen, type Order, type Position } from '@/api/types'
import type { FillMark, LevelLine } from '@/charts/marks'
import { count } from '@/format/rupees'

/** Fills of one instrument, each once. */
export function fillMarks(orders: Order[], instrument: string): FillMark[] {
  return orders
    .filter((order) => order.instrument === instrument && order.filledQuantity > 0)
    .map((order) => ({
      id: order.id,
      time: order.updatedAt,
      side: order.side,
      text: `${order.side === 'BUY' ? 'B' : 'S'} ${count(order.filledQuantity)}`,
    }))
}

/** Where a position stands, where it is protected, and where orders wait. */
export function levelLines(positions: Position[], orders: Order[], instrument: string): LevelLine[] {
  const lines: LevelLine[] = []
  for (const one of positions) {
    if (one.instrument !== instrument || one.quantity === 0) continue
    const book = one.runId === null ? '' : `#${one.runId} `
    const title = `${book}${one.quantity > 0 ? 'long' : 'short'} ${count(Math.abs(one.quantity))}`
    if (one.averagePrice !== null)
      lines.push({ id: `position ${one.id}`, price: one.averagePrice, title, kind: 'position' })
    if (one.stopLoss !== null)
      lines.push({ id: `stop ${one.id}`, price: one.stopLoss, title: `${book}stop`, kind: 'stop' })
    if (one.targetPrice !== null)
      lines.push({ id: `target ${one.id}`, price: one.targetPrice, title: `${book}target`, kind: 'target' })
  }
  const stops = new Set(lines.filter((line) => line.kind === 'stop').map((line) => line.price))
  for (const order of orders) {
    const price = order.triggerPrice ?? order.limitPrice
    // A position's stop is an order too: one line says both.
    if (order.instrument !== instrument || !isOpen(order) || price === null || stops.has(price)) continue
    lines.push({
      id: order.id,
      price,
      title: `${order.side} ${count(order.quantity)}`,
      kind: order.side === 'BUY' ? 'buy' : 'sell',
    })
  }
  return lines
}
