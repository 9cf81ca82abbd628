import { expect, test } from 'vitest'
import type { Instrument } from '@/api/types'
import { draftSchema, toOrder, type Draft } from './draft'

const NIFTY: Instrument = {
  instrument: 'NSE:NIFTY26NOVFUT',
  name: 'NIFTY NOV FUT',
  kind: 'future',
  tickSize: 0.05,
  lotSize: 75,
  freezeQuantity: 1800,
}
const DRAFT: Draft = {
  side: 'BUY',
  type: 'MARKET',
  product: 'MIS',
  quantity: '75',
  limitPrice: '',
  triggerPrice: '',
  stopLoss: '',
  targetPrice: '',
}

function faults(change: Partial<Draft>): Record<string, string> {
  const judged = draftSchema(NIFTY).safeParse({ ...DRAFT, ...change })
  return Object.fromEntries((judged.error?.issues ?? []).map((issue) => [issue.path.join('.'), issue.message]))
}

test('a fault names the value and the cure, at its field', () => {
  expect(faults({})).toEqual({})
  expect(faults({ quantity: '100' }).quantity).toBe('100 is not a multiple of the lot of 75; use 75 or 150')
  expect(faults({ quantity: '' }).quantity).toBe('enter a whole quantity above zero')
  expect(faults({ type: 'LIMIT', limitPrice: '24500.02' }).limitPrice).toBe('24,500.02 is off the tick of 0.05')
  expect(Object.keys(faults({ type: 'SL' }))).toEqual(['limitPrice', 'triggerPrice'])
})

test('prices that the type does not use are not sent', () => {
  const order = toOrder({ ...DRAFT, limitPrice: '24500', stopLoss: '24,400' }, 1, NIFTY.instrument)
  expect(order).not.toHaveProperty('limitPrice')
  expect(order.stopLoss).toBe(24400)
})
