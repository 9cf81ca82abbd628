import { useQuery } from '@tanstack/react-query'
import { symbolOf } from '@/api/config'
import type { Account, Trade } from '@/api/types'
import { count } from '@/format/rupees'
import { duration, moment } from '@/format/time'
import { Faces } from '@/ui/faces'
import { Money, Pnl, Price } from '@/ui/money'
import { Table, type Column } from '@/ui/table'
import { tradesQuery } from './queries'

/** Closed round trips, newest first, net of their charges. */
export function TradesView({ account, runName }: { account: Account; runName: (runId: number) => string }) {
  const query = useQuery(tradesQuery(account.id))
  const columns: Column<Trade>[] = [
    { head: 'Closed', cell: (one) => <span className="whitespace-nowrap text-soft">{moment(one.exitTime)}</span> },
    {
      head: 'Instrument',
      cell: (one) => (
        <span className="wrap-anywhere desk:whitespace-nowrap">
          <span className={`font-semibold ${one.direction === 'Long' ? 'text-buy' : 'text-sell'}`}>
            {one.direction}
          </span>{' '}
          <span className="font-medium">{symbolOf(one.instrument)}</span>
        </span>
      ),
    },
    { head: 'Quantity', align: 'right', cell: (one) => count(one.quantity) },
    { head: 'Entry', align: 'right', cell: (one) => <Price of={one.entryPrice} /> },
    { head: 'Exit', align: 'right', cell: (one) => <Price of={one.exitPrice} /> },
    { head: 'Net P&L', align: 'right', cell: (one) => <Pnl of={one.pnl} className="font-medium" /> },
    {
      head: 'Gross',
      align: 'right',
      wide: true,
      cell: (one) => <Money of={one.grossPnl} sign="always" className="text-soft" />,
    },
    { head: 'Charges', align: 'right', cell: (one) => <Money of={one.charges} className="text-soft" /> },
    { head: 'Held', align: 'right', wide: true, cell: (one) => duration(one.holdingTimeSeconds) },
    { head: 'Because', cell: (one) => <span className="text-soft">{one.exitReason ?? '–'}</span> },
    {
      head: 'Book',
      wide: true,
      cell: (one) => <span className="text-soft">{one.runId === null ? 'Manual' : runName(one.runId)}</span>,
    },
  ]
  return (
    <section aria-label="Trades">
      <Faces what="The trades" query={query} isEmpty={(page) => page.items.length === 0} empty="No closed trades yet.">
        {(page) => <Table label="Trades" columns={columns} rows={page.items} rowKey={(one) => one.tradeId} />}
      </Faces>
    </section>
  )
}
