import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { useMay } from '@/api/session'
import type { Account, Mode, Position } from '@/api/types'
import { Button } from '@/ui/button'
import { Faces } from '@/ui/faces'
import { done, failed } from '@/ui/report'
import { ClosePositions } from './close_positions'
import { positionsQuery } from './queries'
import { PositionsTable } from './positions_table'

interface Props {
  account: Account
  mode: Mode
  onChoose: (instrument: string) => void
  /** A run's name by its number. */
  runName: (runId: number) => string
}

export function PositionsView({ account, mode, onChoose, runName }: Props) {
  const [closing, setClosing] = useState<Position[] | null>(null)
  const may = useMay('orders.write')
  const query = useQuery(positionsQuery(account.id))
  const open = query.data?.items.filter((one) => one.quantity !== 0) ?? []
  const close = useMutation({
    mutationFn: (positions: Position[]) => {
      const key = idempotent(submissionKey())
      const [one] = positions
      return positions.length === 1 && one
        ? take(client.POST('/api/positions/{id}/close', { params: { path: { id: one.id }, ...key }, body: {} }))
        : take(client.POST('/api/positions/close-all', { body: { accountId: account.id }, params: key }))
    },
    onSuccess: ({ orders }) => {
      done(
        `${orders.length} exit ${orders.length === 1 ? 'order' : 'orders'} sent`,
        orders.map((order) => order.id).join(', '),
      )
      setClosing(null)
    },
    onError: (error) => failed('Not closed', error),
  })
  return (
    <section aria-label="Positions">
      <div className="flex items-center gap-2 px-2 py-1.5">
        <span className="text-soft">{open.length} open, each in its own book</span>
        <span className="flex-1" />
        <Button kind="quiet" size="small" disabled={!may || open.length < 2} onClick={() => setClosing(open)}>
          Close all ({open.length})
        </Button>
      </div>
      <Faces what="The positions" query={query} isEmpty={(page) => page.items.length === 0} empty="No positions today.">
        {(page) => (
          <PositionsTable
            positions={[...page.items].sort(
              (a, b) => Number(b.quantity !== 0) - Number(a.quantity !== 0) || a.id.localeCompare(b.id),
            )}
            may={may}
            runName={runName}
            onChoose={onChoose}
            onClose={(position) => setClosing([position])}
          />
        )}
      </Faces>
      {closing && (
        <ClosePositions
          positions={closing}
          mode={mode}
          account={account}
          runName={runName}
          busy={close.isPending}
          onBack={() => setClosing(null)}
          onClose={() => close.mutate(closing)}
        />
      )}
    </section>
  )
}
