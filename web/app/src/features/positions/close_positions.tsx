import { symbolOf } from '@/api/config'
import type { Account, Mode, Position } from '@/api/types'
import { count } from '@/format/rupees'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { ModeBadge } from '@/ui/mode_badge'
import { Pnl } from '@/ui/money'
import { SideWord } from '@/ui/side'
import { bookName } from './positions_table'

interface Props {
  positions: Position[]
  account: Account
  mode: Mode
  busy: boolean
  runName: (runId: number) => string
  onBack: () => void
  onClose: () => void
}

/** The exits that closing sends, before they are sent. */
export function ClosePositions({ positions, account, mode, busy, runName, onBack, onClose }: Props) {
  const many = positions.length > 1
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onBack()}
      title={many ? `Close all ${positions.length} positions?` : 'Close this position?'}
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> {account.name}. Exits go at the market; resting stops of these positions become
          them.
        </span>
      }
    >
      <ul className="max-h-60 divide-y divide-line/60 overflow-y-auto border-y border-line">
        {positions.map((one) => (
          <li key={one.id} className="flex items-baseline gap-2 py-1">
            <SideWord side={one.quantity > 0 ? 'SELL' : 'BUY'} />
            <span className="flex-1">
              {count(Math.abs(one.quantity))} {symbolOf(one.instrument)}{' '}
              <span className="text-soft">{bookName(one, runName)}</span>
            </span>
            <Pnl of={one.unrealised} />
          </li>
        ))}
      </ul>
      <Deeds>
        <Button onClick={onBack}>{many ? 'Keep them' : 'Keep it'}</Button>
        <Button kind="danger" busy={busy} onClick={onClose}>
          {many ? `Close ${positions.length} positions` : 'Close position'}
        </Button>
      </Deeds>
    </Dialog>
  )
}
