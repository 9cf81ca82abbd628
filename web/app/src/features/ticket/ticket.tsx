import { zodResolver } from '@hookform/resolvers/zod'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { symbolOf } from '@/api/config'
import type { Problem } from '@/api/problem'
import { useMay } from '@/api/session'
import type { Account, Instrument, Mode, NewOrder, Order, Placed, Side } from '@/api/types'
import { count } from '@/format/rupees'
import { said } from '@/format/said'
import { stepQuantity } from '@/format/steps'
import { Button } from '@/ui/button'
import { LastPrice } from '@/ui/last_price'
import { ModeBadge } from '@/ui/mode_badge'
import { Segmented } from '@/ui/segmented'
import { Stepper } from '@/ui/stepper'
import { draftSchema, fieldOf, needsLimit, needsTrigger, PRODUCTS, toOrder, TYPES, type Draft } from './draft'
import { PriceField } from './price_field'
import { Outcome } from './outcome'
import { Review } from './review'
import { Worth } from './worth'

interface Props {
  account: Account
  /** What the account can use; undefined while it is not known. */
  available: number | undefined
  instrument: Instrument
  mode: Mode
  side: Side
  onSide: (side: Side) => void
  /** A key or a button elsewhere asked for the ticket: the quantity takes the focus, once. */
  called: boolean
  onCalled: () => void
  /** All orders known now: the outcome follows its own. */
  orders: Order[]
  onPlaced: (orders: Order[]) => void
  /** Why no new entries are possible now, if so. Exits still go. */
  locked: string | null
}

const sideTone = (side: Side) => (side === 'BUY' ? 'bg-buy text-panel' : 'bg-sell text-panel')

export function Ticket({
  account,
  available,
  instrument,
  mode,
  side,
  onSide,
  called,
  onCalled,
  orders,
  onPlaced,
  locked,
}: Props) {
  const may = useMay('orders.write')
  const [reviewed, setReviewed] = useState<NewOrder | null>(null)
  const [placed, setPlaced] = useState<Placed | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const quantity = useRef<HTMLInputElement>(null)
  const resolver = useMemo(() => zodResolver(draftSchema(instrument)), [instrument])
  const { control, handleSubmit, watch, setValue, setError, clearErrors, formState } = useForm<Draft>({
    resolver,
    defaultValues: {
      side,
      type: 'MARKET',
      product: 'MIS',
      quantity: String(instrument.lotSize),
      limitPrice: '',
      triggerPrice: '',
      stopLoss: '',
      targetPrice: '',
    },
  })
  const draft = watch()
  useEffect(() => setValue('side', side), [side, setValue])
  useEffect(() => {
    if (!called) return
    quantity.current?.focus()
    quantity.current?.select()
    onCalled()
  }, [called, onCalled])

  const submit = handleSubmit((good) => {
    setRefused(null)
    setReviewed(toOrder(good, account.id, instrument.instrument))
  })
  const refuse = (problem: Problem) => {
    setReviewed(null)
    const at = fieldOf(problem)
    if (at) setError(at, { message: problem.message }, { shouldFocus: true })
    else setRefused(problem.message)
  }
  const of = { control, instrument }
  if (instrument.kind === 'index') {
    return <p className="p-3 text-soft">{symbolOf(instrument.instrument)} is an index: it is watched, not traded.</p>
  }
  return (
    <form onSubmit={submit} noValidate aria-label="Order ticket" className="flex flex-col gap-2.5 p-3">
      <div className="flex items-baseline gap-2">
        <h2 className="truncate text-sm font-semibold">{symbolOf(instrument.instrument)}</h2>
        <span className="font-semibold">
          <LastPrice instrument={instrument.instrument} />
        </span>
        <span className="flex-1" />
        <ModeBadge mode={mode} />
      </div>
      <Segmented label="Side" value={side} options={['BUY', 'SELL']} onValue={onSide} tone={sideTone} />
      <Segmented label="Type" value={draft.type} options={TYPES} onValue={(type) => setValue('type', type)} />
      <Segmented
        label="Product"
        value={draft.product}
        options={PRODUCTS}
        onValue={(next) => {
          setValue('product', next)
          clearErrors('product')
        }}
        error={formState.errors.product?.message}
      />
      <Controller
        control={control}
        name="quantity"
        render={({ field, fieldState }) => (
          <Stepper
            label="Quantity"
            unit="lot"
            value={field.value}
            onValue={field.onChange}
            onBlur={field.onBlur}
            ref={(element) => {
              field.ref(element)
              quantity.current = element
            }}
            step={(steps) => String(stepQuantity(Number(field.value) || 0, steps, instrument.lotSize))}
            error={fieldState.error?.message}
            hint={
              instrument.lotSize > 1 &&
              `lots of ${count(instrument.lotSize)}${instrument.freezeQuantity ? `; sliced above ${count(instrument.freezeQuantity)}` : ''}`
            }
          />
        )}
      />
      {needsTrigger(draft.type) && <PriceField {...of} name="triggerPrice" label="Trigger price" />}
      {needsLimit(draft.type) && <PriceField {...of} name="limitPrice" label="Limit price" />}
      <div className="grid grid-cols-2 gap-2">
        <PriceField {...of} name="stopLoss" label="Stop loss" />
        <PriceField {...of} name="targetPrice" label="Target" />
      </div>
      <Worth instrument={instrument} draft={draft} available={available} />
      {locked && (
        <p role="status" className="rounded border border-danger p-2">
          <strong className="text-danger">New entries are locked:</strong> {said(locked)}. Exits still go. Unlock under
          Risk.
        </p>
      )}
      {refused && (
        <p role="alert" className="rounded border border-danger p-2 text-danger">
          {refused}
        </p>
      )}
      <Button
        type="submit"
        kind={side === 'BUY' ? 'buy' : 'sell'}
        size="large"
        disabled={!may}
        busy={formState.isSubmitting}
      >
        {may ? `Review ${side}` : 'A viewer cannot trade'}
      </Button>
      <Outcome placed={placed} orders={orders} />
      {reviewed && (
        <Review
          order={reviewed}
          mode={mode}
          account={account}
          available={available}
          instrument={instrument}
          onBack={() => setReviewed(null)}
          onRefused={refuse}
          onPlaced={(made) => {
            setReviewed(null)
            setPlaced(made)
            onPlaced(made.orders)
          }}
        />
      )}
    </form>
  )
}
