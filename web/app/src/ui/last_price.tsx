import { useEffect, useRef } from 'react'
import { useTick } from '@/api/ticks'
import { price } from '@/format/rupees'

interface Props {
  instrument: string
  /** Shown until the first tick. */
  before?: number | null
}

/** Long enough to be seen, and over before the next tick of a busy instrument. */
const TINT_MS = 200

/**
 * The last traded price. Each tick repaints this cell alone; a tint shows which way it went. It comes and goes without a
 * fade: dozens of fades at once cost a phone more than everything else on the page.
 */
export function LastPrice({ instrument, before }: Props) {
  const tick = useTick(instrument)
  const cell = useRef<HTMLSpanElement>(null)
  const shown = tick?.price ?? before
  useEffect(() => {
    const moved = cell.current?.dataset
    if (!tick?.direction || !moved) return
    moved.moved = tick.direction > 0 ? 'up' : 'down'
    const over = setTimeout(() => delete moved.moved, TINT_MS)
    return () => clearTimeout(over)
  }, [tick])
  return (
    <span ref={cell} className="rounded-sm px-0.5 whitespace-nowrap">
      {price(shown)}
    </span>
  )
}
