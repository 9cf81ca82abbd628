import { arrow, price, rupees, type Sign } from '@/format/rupees'

interface Props {
  of: number | null | undefined
  className?: string
}

/** The one way to show an amount of money. */
export function Money({ of, sign = 'minus', className = '' }: Props & { sign?: Sign }) {
  return <span className={`whitespace-nowrap ${className}`}>{rupees(of, sign)}</span>
}

export function Price({ of, className = '' }: Props) {
  return <span className={`whitespace-nowrap ${className}`}>{price(of)}</span>
}

/** A gain or a loss: by sign and arrow first, by colour as well. */
export function Pnl({ of, className = '' }: Props) {
  const known = of ?? 0
  const tone = known > 0 ? 'text-gain' : known < 0 ? 'text-loss' : ''
  return (
    <span className={`whitespace-nowrap ${tone} ${className}`}>
      {rupees(of, 'always')}
      {arrow(known) && (
        <span aria-hidden className="ml-1 text-[9px]">
          {arrow(known)}
        </span>
      )}
    </span>
  )
}
