import { useEffect, useRef } from 'react'
import { useTick } from '@/api/ticks'
import { price } from '@/format/rupees'

interface Props {
  instrument: string
  /** Shown until the first tick. */
  before?: number | null
}

/** The last traded price. Each tick repaints this cell alone; a flash shows which way it went. */
export function LastPrice({ instrument, before }: Props) {
  const tick = useTick(instrument)
  const cell = useRef<HTMLSpanElement>(null)
  const shown = tick?.price ?? before
  useEffect(() => {
    if (!tick?.direction || !cell.current) return
    const { classList } = cell.current
    classList.remove('moved-up', 'moved-down')
    // Reading the layout lets the same animation begin again.
    void cell.current.offsetWidth
    classList.add(tick.direction > 0 ? 'moved-up' : 'moved-down')
  }, [tick])
  return (
    <span ref={cell} className="rounded-sm px-0.5 whitespace-nowrap">
      {price(shown)}
    </span>
  )
}
