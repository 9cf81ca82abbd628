/** What is being typed into the ticket, and the rules it must keep before the server is asked. */
import { z } from 'zod'
import { tickOf } from '@/api/config'
import type { Problem } from '@/api/problem'
import type { Instrument, NewOrder, OrderType } from '@/api/types'
import { count, price } from '@/format/rupees'
import { onTick } from '@/format/steps'

export const TYPES = ['MARKET', 'LIMIT', 'SL', 'SL-M'] as const
export const PRODUCTS = ['MIS', 'CNC', 'NRML'] as const

export const needsLimit = (type: OrderType) => type === 'LIMIT' || type === 'SL'
export const needsTrigger = (type: OrderType) => type === 'SL' || type === 'SL-M'

export interface Draft {
  side: 'BUY' | 'SELL'
  type: (typeof TYPES)[number]
  product: (typeof PRODUCTS)[number]
  quantity: string
  limitPrice: string
  triggerPrice: string
  stopLoss: string
  targetPrice: string
}
export type DraftField = keyof Draft
const FIELDS: readonly DraftField[] = ['quantity', 'product', 'limitPrice', 'triggerPrice', 'stopLoss', 'targetPrice']
/** Rules of risk that a smaller order keeps: told at the quantity, though the server blames the order as a whole. */
const ABOUT_SIZE = ['orderSize', 'orderValue', 'maxPosition', 'buyingPower', 'capitalAllocation', 'strategyCap']

/** The field of the ticket that a refusal is about, if it is about one. */
export function fieldOf({ field, rule }: Pick<Problem, 'field' | 'rule'>): DraftField | undefined {
  if (field === undefined && rule !== undefined && ABOUT_SIZE.includes(rule)) return 'quantity'
  return FIELDS.find((one) => one === field)
}

function toNumber(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text.replaceAll(',', ''))
}

export function draftSchema(instrument: Instrument) {
  const { lotSize } = instrument
  const tickSize = tickOf(instrument)
  const rule = (text: string, name: string, add: (message: string) => void) => {
    const value = toNumber(text)
    if (!(value > 0)) add(`enter a ${name} above zero`)
    else if (!onTick(value, tickSize)) add(`${price(value)} is off the tick of ${price(tickSize)}`)
  }
  return z
    .object({
      side: z.enum(['BUY', 'SELL']),
      type: z.enum(TYPES),
      product: z.enum(PRODUCTS),
      quantity: z.string(),
      limitPrice: z.string(),
      triggerPrice: z.string(),
      stopLoss: z.string(),
      targetPrice: z.string(),
    })
    .check(({ value: draft, issues }) => {
      const at = (field: DraftField) => (message: string) =>
        void issues.push({ code: 'custom', input: draft[field], path: [field], message })
      const quantity = toNumber(draft.quantity)
      if (!Number.isInteger(quantity) || quantity <= 0) at('quantity')('enter a whole quantity above zero')
      else if (quantity % lotSize !== 0) {
        const below = Math.floor(quantity / lotSize) * lotSize
        const cure = below > 0 ? `${count(below)} or ${count(below + lotSize)}` : count(lotSize)
        at('quantity')(`${count(quantity)} is not a multiple of the lot of ${count(lotSize)}; use ${cure}`)
      }
      if (needsLimit(draft.type)) rule(draft.limitPrice, 'limit price', at('limitPrice'))
      if (needsTrigger(draft.type)) rule(draft.triggerPrice, 'trigger price', at('triggerPrice'))
      if (draft.stopLoss.trim()) rule(draft.stopLoss, 'stop loss', at('stopLoss'))
      if (draft.targetPrice.trim()) rule(draft.targetPrice, 'target', at('targetPrice'))
    })
}

export function toOrder(draft: Draft, accountId: number, instrument: string): NewOrder {
  return {
    accountId,
    instrument,
    side: draft.side,
    type: draft.type,
    product: draft.product,
    quantity: toNumber(draft.quantity),
    ...(needsLimit(draft.type) && { limitPrice: toNumber(draft.limitPrice) }),
    ...(needsTrigger(draft.type) && { triggerPrice: toNumber(draft.triggerPrice) }),
    ...(draft.stopLoss.trim() && { stopLoss: toNumber(draft.stopLoss) }),
    ...(draft.targetPrice.trim() && { targetPrice: toNumber(draft.targetPrice) }),
  }
}
