import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { symbolOf } from '@/api/config'
import { useMay } from '@/api/session'
import type { Lock, RiskEvent } from '@/api/types'
import { number } from '@/format/figure'
import { said } from '@/format/said'
import { moment } from '@/format/time'
import { Button } from '@/ui/button'
import { Faces } from '@/ui/faces'
import { Table, type Column } from '@/ui/table'
import { locksQuery, riskEventsQuery } from './queries'
import { scopeName, Unlock } from './unlock'

/** Of what a rule wrote down, the figures: the words stand in the column before. */
function figuresOf({ figures }: RiskEvent): [string, number][] {
  return Object.entries(figures ?? {}).filter((one): one is [string, number] => typeof one[1] === 'number')
}

export function RiskView({ runName }: { runName: (runId: number) => string }) {
  const [unlocking, setUnlocking] = useState<Lock | null>(null)
  const may = useMay('risk.unlock')
  const locks = useQuery(locksQuery)
  const events = useQuery(riskEventsQuery)
  const columns: Column<RiskEvent>[] = [
    { head: 'Time', cell: (one) => <span className="whitespace-nowrap text-soft">{moment(one.at)}</span> },
    { head: 'Rule', cell: (one) => <span className="font-medium whitespace-nowrap">{one.rule}</span> },
    { head: 'Instrument', cell: (one) => (one.instrument ? symbolOf(one.instrument) : '–') },
    { head: 'Refused because', cell: (one) => <span className="block desk:min-w-52">{said(one.detail)}</span> },
    {
      head: 'Figures',
      cell: (one) => (
        <span className="text-xs text-soft">
          {figuresOf(one)
            .map(([name, value]) => `${name} ${number(value)}`)
            .join(', ')}
        </span>
      ),
    },
    {
      head: 'Book',
      wide: true,
      cell: (one) => <span className="text-soft">{one.runId === null ? 'Manual' : runName(one.runId)}</span>,
    },
  ]
  return (
    <section aria-label="Risk">
      <h3 className="px-2 pt-2 pb-1 text-xs font-semibold text-soft">Locks: no new entries while they stand</h3>
      <Faces what="The locks" query={locks} isEmpty={(page) => page.items.length === 0} empty="Nothing is locked.">
        {(page) => (
          <ul aria-label="Locks" className="mx-2 mb-2 flex flex-col gap-1">
            {page.items.map((lock) => (
              <li key={lock.id} className="flex flex-wrap items-center gap-2 rounded border border-danger px-2 py-1.5">
                <strong className="text-danger">{scopeName(lock, runName)} locked</strong>
                <span className="flex-1">
                  {said(lock.because)}{' '}
                  <span className="text-soft">
                    ({lock.kind}, {moment(lock.lockedAt)})
                  </span>
                </span>
                <Button
                  size="small"
                  disabled={!may}
                  aria-label={`Unlock ${scopeName(lock, runName)}`}
                  onClick={() => setUnlocking(lock)}
                >
                  Unlock…
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Faces>
      <h3 className="border-t border-line px-2 pt-2 pb-1 text-xs font-semibold text-soft">Last refusals</h3>
      <Faces
        what="The refusals"
        query={events}
        isEmpty={(page) => page.items.length === 0}
        empty="No order was refused."
      >
        {(page) => (
          <Table
            label="Refusals"
            columns={columns}
            rows={page.items}
            rowKey={(one) => one.id ?? `${one.at} ${one.rule}`}
          />
        )}
      </Faces>
      {unlocking && <Unlock lock={unlocking} runName={runName} onClose={() => setUnlocking(null)} />}
    </section>
  )
}
