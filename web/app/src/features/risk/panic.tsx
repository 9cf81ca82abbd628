import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Account, Mode, PanicResult } from '@/api/types'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { modeMeaning, ModeBadge } from '@/ui/mode_badge'

interface Props {
  account: Account
  accounts: Account[]
  mode: Mode
  /** Known on this page now; the server acts on what it knows. */
  openOrders: number
  openPositions: number
  onClose: () => void
}

/** The emergency exit: what will happen, one press, what happened. */
export function Panic({ account, accounts, mode, openOrders, openPositions, onClose }: Props) {
  const [all, setAll] = useState(false)
  const [did, setDid] = useState<PanicResult | null>(null)
  const key = useRef(submissionKey())
  const cache = useQueryClient()
  const panic = useMutation({
    mutationFn: () =>
      take(client.POST('/api/panic', { params: idempotent(key.current), body: all ? {} : { accountId: account.id } })),
    onSuccess: (result) => {
      setDid(result)
      void cache.invalidateQueries()
    },
  })
  const whom = all ? 'all accounts' : account.name
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      tone="danger"
      title={did ? 'Panic: done' : `Panic: flatten ${whom}?`}
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> {modeMeaning(mode)}
        </span>
      }
    >
      {did ? (
        <div role="status" className="text-sm">
          <ul className="list-disc pl-5">
            <li>{plural(did.cancelled.length, 'order')} cancelled</li>
            <li>
              {plural(did.exits.length, 'exit order')} sent{did.exits.length > 0 && `: ${did.exits.join(', ')}`}
            </li>
            <li>{plural(did.locks.length, 'lock')} set: no new entries until someone unlocks them under Risk</li>
          </ul>
          <p className="mt-2 text-soft">An exit is an order: look under Positions whether all of them filled.</p>
        </div>
      ) : (
        <>
          <ul className="list-disc pl-5 text-sm">
            <li>cancels {all ? 'every open order' : plural(openOrders, 'open order')}</li>
            <li>closes {all ? 'every position' : plural(openPositions, 'position')} at the market</li>
            <li>locks new entries, of strategies and of yours, until someone unlocks them</li>
          </ul>
          {accounts.length > 1 && (
            <label className="mt-3 flex items-center gap-2">
              <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> all{' '}
              {accounts.length} accounts, not only {account.name}
            </label>
          )}
        </>
      )}
      {panic.error && (
        <p role="alert" className="mt-2 text-danger">
          {asProblem(panic.error).message}
        </p>
      )}
      <Deeds>
        <Button onClick={onClose}>{did ? 'Close' : 'Do nothing'}</Button>
        {!did && (
          <Button autoFocus kind="danger" busy={panic.isPending} onClick={() => panic.mutate()}>
            {panic.isPending ? 'Flattening…' : 'Cancel, flatten and lock'}
          </Button>
        )}
      </Deeds>
    </Dialog>
  )
}

function plural(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`
}
