import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { client, take } from '@/api/client'
import { symbolOf, useInstrument } from '@/api/config'
import { asProblem } from '@/api/problem'
import type { Mode, Order, OrderChange } from '@/api/types'
import { stepPrice, stepQuantity } from '@/format/steps'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { ModeBadge } from '@/ui/mode_badge'
import { done } from '@/ui/report'
import { Stepper } from '@/ui/stepper'
import { putOrder } from './live'

const FIELDS = ['quantity', 'limitPrice', 'triggerPrice'] as const
const LABELS = { quantity: 'Quantity', limitPrice: 'Limit price', triggerPrice: 'Trigger price' } as const

/** New terms for a resting order: only what the order has, only what was changed is sent. */
export function ChangeOrder({ order, mode, onClose }: { order: Order; mode: Mode; onClose: () => void }) {
  const cache = useQueryClient()
  const instrument = useInstrument(order.instrument)
  const fields = FIELDS.filter((field) => order[field] !== null)
  const [draft, setDraft] = useState(() => Object.fromEntries(fields.map((field) => [field, String(order[field])])))
  const changed = fields.filter((field) => Number(draft[field]) !== order[field])
  const bad = changed.some((field) => !(Number(draft[field]) > 0))
  const change = useMutation({
    mutationFn: (body: OrderChange) =>
      take(client.PATCH('/api/orders/{id}', { params: { path: { id: order.id } }, body })),
    onSuccess: (now) => {
      putOrder(cache, now)
      done(`Change sent: ${order.id}`)
      onClose()
    },
  })
  const problem = change.error ? asProblem(change.error) : null
  const at = FIELDS.find((field) => field === problem?.field)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (changed.length === 0 || bad) return
    change.mutate(Object.fromEntries(changed.map((field) => [field, Number(draft[field])])))
  }
  const step = (field: (typeof FIELDS)[number], steps: number) => {
    const from = Number(draft[field]) || Number(order[field])
    if (field === 'quantity') return String(stepQuantity(from, steps, instrument?.lotSize ?? 1))
    return String(stepPrice(from, steps, instrument?.tickSize ?? 0.05))
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Change ${order.side} ${symbolOf(order.instrument)}`}
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> {order.type} {order.product}, order {order.id}
        </span>
      }
    >
      <form onSubmit={submit} aria-label="Change order" className="flex flex-col gap-3">
        {fields.map((field) => (
          <Stepper
            key={field}
            label={LABELS[field]}
            unit={field === 'quantity' ? 'lot' : 'tick'}
            value={draft[field] ?? ''}
            onValue={(value) => setDraft({ ...draft, [field]: value })}
            step={(steps) => step(field, steps)}
            error={at === field ? problem?.message : undefined}
            hint={Number(draft[field]) !== order[field] && `was ${order[field]}`}
          />
        ))}
        {problem && !at && (
          <p role="alert" className="text-danger">
            {problem.message}
          </p>
        )}
        <Deeds>
          <Button onClick={onClose}>Leave as it is</Button>
          <Button type="submit" kind="main" busy={change.isPending} disabled={changed.length === 0 || bad}>
            Send change
          </Button>
        </Deeds>
      </form>
    </Dialog>
  )
}
