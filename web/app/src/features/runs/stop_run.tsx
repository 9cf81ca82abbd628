import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { symbolOf } from '@/api/config'
import { asProblem } from '@/api/problem'
import type { Mode, Run } from '@/api/types'
import { count } from '@/format/rupees'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { ModeBadge } from '@/ui/mode_badge'
import { done } from '@/ui/report'
import { putRun } from './live'

export function StopRun({ run, mode, onClose }: { run: Run; mode: Mode; onClose: () => void }) {
  const held = run.positions.filter((one) => one.quantity !== 0)
  const [squareOff, setSquareOff] = useState(true)
  const cache = useQueryClient()
  const key = useRef(submissionKey())
  const stop = useMutation({
    mutationFn: () =>
      take(
        client.POST('/api/runs/{id}/stop', {
          params: { path: { id: run.id }, ...idempotent(key.current) },
          body: { squareOff },
        }),
      ),
    onSuccess: (now) => {
      putRun(cache, now)
      done(
        `Stopping: ${now.strategy} #${now.id}`,
        squareOff && held.length > 0 ? 'Its position is being closed.' : undefined,
      )
      onClose()
    },
  })
  const choices = [
    { value: true, name: 'Square off', what: 'its position is closed at the market' },
    { value: false, name: 'Keep the position', what: 'nobody decides for it any more; its stop stays' },
  ]
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Stop ${run.strategy} #${run.id}?`}
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> Its open entries are cancelled. A stopped run does not come back: start a new one.
        </span>
      }
    >
      {held.length === 0 ? (
        <p>It is flat: nothing to close.</p>
      ) : (
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1">
            It holds {held.map((one) => `${count(one.quantity)} ${symbolOf(one.instrument)}`).join(', ')}:
          </legend>
          {choices.map((choice) => (
            <label key={choice.name} className="flex items-baseline gap-2">
              <input
                type="radio"
                name="squareOff"
                checked={squareOff === choice.value}
                onChange={() => setSquareOff(choice.value)}
              />
              <span>
                <strong className="font-semibold">{choice.name}</strong>: {choice.what}
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {stop.error && (
        <p role="alert" className="mt-2 text-danger">
          {asProblem(stop.error).message}
        </p>
      )}
      <Deeds>
        <Button onClick={onClose}>Let it run</Button>
        <Button kind="danger" busy={stop.isPending} onClick={() => stop.mutate()}>
          {held.length > 0 && squareOff ? 'Stop and square off' : 'Stop the run'}
        </Button>
      </Deeds>
    </Dialog>
  )
}
