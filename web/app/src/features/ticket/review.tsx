import { useMutation } from '@tanstack/react-query'
import { useRef, type ReactNode } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { symbolOf } from '@/api/config'
import { asProblem, type Problem } from '@/api/problem'
import { useTick } from '@/api/ticks'
import type { Account, Instrument, Mode, NewOrder, Placed } from '@/api/types'
import { count, price, rupees } from '@/format/rupees'
import { about } from '@/format/steps'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { modeMeaning, ModeBadge } from '@/ui/mode_badge'
import { Money } from '@/ui/money'
import { SideWord } from '@/ui/side'

interface Props {
  order: NewOrder
  mode: Mode
  account: Account
  available: number | undefined
  instrument: Instrument
  onBack: () => void
  onPlaced: (placed: Placed) => void
  onRefused: (problem: Problem) => void
}

const HOW: Record<NewOrder['type'], (order: NewOrder) => string> = {
  MARKET: () => 'at the market, within the protection band',
  LIMIT: (order) => `at ${price(order.limitPrice)} or better`,
  SL: (order) => `once ${price(order.triggerPrice)} trades, at ${price(order.limitPrice)} or better`,
  'SL-M': (order) => `once ${price(order.triggerPrice)} trades, at the market`,
}

/** What will happen, in words; then it is asked once. */
export function Review({ order, mode, account, available, instrument, onBack, onPlaced, onRefused }: Props) {
  // One key for this review: pressed again after a lost answer, it is still the same order.
  const key = useRef(submissionKey())
  const tick = useTick(order.instrument)
  const at = order.limitPrice ?? order.triggerPrice ?? tick?.price
  const slices = instrument.freezeQuantity ? Math.ceil(order.quantity / instrument.freezeQuantity) : 1
  const send = useMutation({
    mutationFn: () => take(client.POST('/api/orders', { body: order, params: idempotent(key.current) })),
    onSuccess: onPlaced,
    onError: (error) => {
      const problem = asProblem(error)
      // Not known whether it arrived: stay here, where sending again is safe.
      if (!problem.passing) onRefused(problem)
    },
  })
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && !send.isPending && onBack()}
      title={`${order.side} ${count(order.quantity)} ${symbolOf(order.instrument)}`}
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> {modeMeaning(mode)}
        </span>
      }
    >
      <p className="mb-2 text-sm">
        <SideWord side={order.side} /> {count(order.quantity)} {order.instrument} {HOW[order.type](order)}.
      </p>
      <dl className="divide-y divide-line/60 border-y border-line">
        <Line name="Account">{account.name}</Line>
        <Line name="Product">{order.product}</Line>
        <Line name="Value">
          {at === undefined ? 'not known: there is no price yet' : `about ${rupees(about(at, order.quantity))}`}
        </Line>
        <Line name="Available">
          <Money of={available} />
        </Line>
        <Line name="Stop loss">
          {order.stopLoss === undefined ? 'none: the position has no protection' : price(order.stopLoss)}
        </Line>
        <Line name="Target">{order.targetPrice === undefined ? 'none' : price(order.targetPrice)}</Line>
        {slices > 1 && <Line name="Orders">{`${slices}, none above the freeze quantity`}</Line>}
      </dl>
      <p className="mt-2 text-xs text-soft">Charges and risk are judged by the server when the order arrives.</p>
      {send.error && (
        <p role="alert" className="mt-2 text-danger">
          {asProblem(send.error).message}. Sending again is safe: it is the same order, placed once.
        </p>
      )}
      <Deeds>
        <Button onClick={onBack} disabled={send.isPending}>
          Back
        </Button>
        <Button
          autoFocus
          kind={order.side === 'BUY' ? 'buy' : 'sell'}
          busy={send.isPending}
          onClick={() => send.mutate()}
        >
          {send.isPending ? 'Sending…' : send.error ? 'Send again' : `Send ${order.side} order`}
        </Button>
      </Deeds>
    </Dialog>
  )
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 py-1">
      <dt className="text-soft">{name}</dt>
      <dd className="text-right font-medium">{children}</dd>
    </div>
  )
}
