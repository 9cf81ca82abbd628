import { symbolOf } from '@/api/config'
import type { Position } from '@/api/types'
import { count } from '@/format/rupees'
import { Button } from '@/ui/button'
import { LastPrice } from '@/ui/last_price'
import { Money, Pnl, Price } from '@/ui/money'
import { Table, type Column } from '@/ui/table'

interface Props {
  positions: Position[]
  may: boolean
  runName: (runId: number) => string
  onChoose: (instrument: string) => void
  onClose: (position: Position) => void
}

export function bookName(position: Position, runName: (runId: number) => string): string {
  return position.runId === null ? 'Manual' : runName(position.runId)
}

export function PositionsTable({ positions, may, runName, onChoose, onClose }: Props) {
  const columns: Column<Position>[] = [
    {
      head: 'Instrument',
      cell: (one) => (
        <button
          type="button"
          className="text-left font-medium wrap-anywhere hover:underline desk:whitespace-nowrap"
          onClick={() => onChoose(one.instrument)}
        >
          {symbolOf(one.instrument)} <span className="font-normal text-soft">{one.product}</span>
        </button>
      ),
    },
    { head: 'Book', cell: (one) => <span className="text-soft">{bookName(one, runName)}</span> },
    {
      head: 'Quantity',
      align: 'right',
      cell: (one) => (
        <span
          className={`font-medium whitespace-nowrap ${one.quantity > 0 ? 'text-buy' : one.quantity < 0 ? 'text-sell' : ''}`}
        >
          {one.quantity === 0 ? 'flat' : `${one.quantity > 0 ? 'long' : 'short'} ${count(Math.abs(one.quantity))}`}
        </span>
      ),
    },
    { head: 'Average', align: 'right', cell: (one) => <Price of={one.quantity === 0 ? null : one.averagePrice} /> },
    { head: 'Last', align: 'right', cell: (one) => <LastPrice instrument={one.instrument} before={one.lastPrice} /> },
    { head: 'Unrealised', align: 'right', cell: (one) => <Pnl of={one.unrealised} /> },
    { head: 'Realised', align: 'right', cell: (one) => <Pnl of={one.realised} /> },
    { head: 'Charges', align: 'right', wide: true, cell: (one) => <Money of={one.charges} className="text-soft" /> },
    { head: 'Stop', align: 'right', cell: (one) => <Price of={one.stopLoss} /> },
    { head: 'Target', align: 'right', cell: (one) => <Price of={one.targetPrice} /> },
    {
      head: 'Deeds',
      quiet: true,
      align: 'right',
      cell: (one) =>
        one.quantity !== 0 && (
          <Button
            kind="quiet"
            size="small"
            disabled={!may}
            aria-label={`Close ${one.instrument} of ${bookName(one, runName)}`}
            onClick={() => onClose(one)}
          >
            Close
          </Button>
        ),
    },
  ]
  return (
    <Table
      label="Positions"
      columns={columns}
      rows={positions}
      rowKey={(one) => one.id}
      dim={(one) => one.quantity === 0}
    />
  )
}
