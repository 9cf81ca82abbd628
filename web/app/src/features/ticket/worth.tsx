import { useTick } from '@/api/ticks'
import type { Instrument } from '@/api/types'
import { rupees } from '@/format/rupees'
import { about } from '@/format/steps'
import { Money } from '@/ui/money'
import { needsLimit, needsTrigger, type Draft } from './draft'

/** Roughly what the draft is worth, beside what the account can use. */
export function Worth({
  instrument,
  draft,
  available,
}: {
  instrument: Instrument
  draft: Draft
  available: number | undefined
}) {
  const tick = useTick(instrument.instrument)
  const typed = needsLimit(draft.type) ? draft.limitPrice : needsTrigger(draft.type) ? draft.triggerPrice : ''
  const price = typed.trim() === '' ? tick?.price : Number(typed.replaceAll(',', ''))
  const quantity = Number(draft.quantity)
  const known = price !== undefined && price > 0 && quantity > 0
  return (
    <dl className="grid grid-cols-[1fr_auto] gap-y-0.5 text-xs">
      <dt className="text-soft">Value, about</dt>
      <dd className="text-right font-medium">{known ? rupees(about(price, quantity)) : '–'}</dd>
      <dt className="text-soft">Available</dt>
      <dd className="text-right">
        <Money of={available} />
      </dd>
    </dl>
  )
}
