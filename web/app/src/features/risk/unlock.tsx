import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { asProblem } from '@/api/problem'
import type { Lock } from '@/api/types'
import { said } from '@/format/said'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { TextField } from '@/ui/field'
import { done } from '@/ui/report'

export function scopeName(lock: Lock, runName: (runId: number) => string): string {
  if (lock.scope === 'everyone') return 'Everyone'
  if (lock.scope === 'run' && lock.scopeId !== null) return runName(lock.scopeId)
  return `${lock.scope[0]?.toUpperCase()}${lock.scope.slice(1)} ${lock.scopeId ?? ''}`.trim()
}

/** Unlocking is recorded with who and why, so why is asked. */
export function Unlock({
  lock,
  runName,
  onClose,
}: {
  lock: Lock
  runName: (runId: number) => string
  onClose: () => void
}) {
  const [reason, setReason] = useState('')
  const cache = useQueryClient()
  const unlock = useMutation({
    mutationFn: () =>
      take(
        client.POST('/api/risk/unlock', {
          params: idempotent(submissionKey()),
          body: { scope: lock.scope, ...(lock.scopeId !== null && { id: lock.scopeId }), reason: reason.trim() },
        }),
      ),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: ['risk'] })
      done(`${scopeName(lock, runName)} unlocked`, 'New entries are possible again.')
      onClose()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (reason.trim()) unlock.mutate()
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Unlock ${scopeName(lock, runName)}?`}
      about={`Locked because: ${said(lock.because)}. New entries will be possible again, strategies included.`}
    >
      <form onSubmit={submit} aria-label="Unlock">
        <TextField
          label="Reason"
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          hint="written to the audit trail with your name"
          error={unlock.error ? asProblem(unlock.error).message : undefined}
        />
        <Deeds>
          <Button onClick={onClose}>Keep it locked</Button>
          <Button type="submit" kind="danger" busy={unlock.isPending} disabled={!reason.trim()}>
            Unlock
          </Button>
        </Deeds>
      </form>
    </Dialog>
  )
}
