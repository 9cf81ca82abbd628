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
  const { previousClose: close } = quote
  // Without a previous close there is nothing to have moved from.
  const change = tick && close !== null ? difference(tick.price, close) : quote.change
  const moved = tick && close !== null ? changePercent(tick.price, close) : quote.changePct
  if (change === null) return <span className="text-soft">–</span>
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
