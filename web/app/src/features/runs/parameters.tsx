import { Fragment } from 'react'
import type { Config } from '@/api/types'
import { number } from '@/format/figure'

/** What a built-in strategy does and what can be set of it. */
export function Parameters({ of }: { of: Config['strategies'][number] }) {
  return (
    <div className="text-xs text-soft">
      <p>{of.doc}</p>
      <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3">
        {of.parameters.map((one) => (
          <Fragment key={one.name}>
            <dt className="font-medium text-ink">{one.name}</dt>
            <dd>{`${shown(one.default)} unless said, ${shown(one.min)} to ${shown(one.max)}: ${one.doc}`}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  )
}

function shown(value: unknown): string {
  return typeof value === 'number' || typeof value === 'string' ? number(value) : String(value)
}
