import type { Order, OrderState } from '@/api/types'

type Tone = 'calm' | 'good' | 'busy' | 'warn' | 'bad'

const LOOKS: Record<OrderState, [string, Tone]> = {
  pending: ['Pending', 'busy'],
  submitted: ['Sent', 'busy'],
  open: ['Open', 'busy'],
  triggered: ['Triggered', 'busy'],
  partiallyFilled: ['Part filled', 'busy'],
  pendingModify: ['Changing…', 'busy'],
  pendingCancel: ['Cancelling…', 'busy'],
  unknown: ['Unknown, asking', 'warn'],
  filled: ['Filled', 'good'],
  rejected: ['Rejected', 'bad'],
  cancelled: ['Cancelled', 'calm'],
  expired: ['Expired', 'calm'],
  neverArrived: ['Never arrived', 'warn'],
}

/** An order's state as a person says it. */
export function orderLook(order: Order): { word: string; tone: Tone } {
  const [word, tone] = LOOKS[order.state]
  return { word, tone }
}
