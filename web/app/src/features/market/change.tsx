import { useTick } from '@/api/ticks'
import type { Quote } from '@/api/types'
import { arrow, percent, price } from '@/format/rupees'
import { changePercent, difference } from '@/format/steps'

/** The move since the previous close: sign, arrow and colour. */
export function Change({
  instrument,
  quote,
  both = false,
}: {
  instrument: string
  quote: Quote | undefined
  both?: boolean
}) {
  const tick = useTick(instrument)
  if (!quote) return <span className="text-soft">–</span>
  const change = tick ? difference(tick.price, quote.previousClose) : quote.change
  const moved = tick ? changePercent(tick.price, quote.previousClose) : quote.changePct
  const tone = change > 0 ? 'text-gain' : change < 0 ? 'text-loss' : 'text-soft'
  return (
    <span className={`whitespace-nowrap ${tone}`}>
      {both && `${price(change, 'always')} (`}
      {percent(moved, 'always')}
      {both && ')'}
      <span aria-hidden className="ml-1 inline-block w-2 text-[9px]">
        {arrow(change)}
      </span>
    </span>
  )
}
