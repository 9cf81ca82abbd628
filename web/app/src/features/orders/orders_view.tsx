import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, take } from '@/api/client'
import { useMay } from '@/api/session'
import { isOpen, type Account, type Mode, type Order } from '@/api/types'
import { count } from '@/format/rupees'
import { Button } from '@/ui/button'
import { Faces } from '@/ui/faces'
import { done, failed } from '@/ui/report'
import { Segmented } from '@/ui/segmented'
import { CancelAll } from './cancel_all'
import { ChangeOrder } from './change_order'
import { putOrder } from './live'
import { OrdersTable } from './orders_table'
import { openOrdersQuery, ordersQuery, RECENT } from './queries'

const SHOWN = ['Open', 'All'] as const

export function OrdersView({ account, mode }: { account: Account; mode: Mode }) {
  const [shown, setShown] = useState<(typeof SHOWN)[number]>('Open')
  const [changing, setChanging] = useState<Order | null>(null)
  const [cancelling, setCancelling] = useState(false)
  const cache = useQueryClient()
  const may = useMay('orders.write')
  const open = useQuery(openOrdersQuery(account.id))
  const recent = useQuery({ ...ordersQuery(account.id), enabled: shown === 'All' })
  const query = shown === 'Open' ? open : recent
  const cancel = useMutation({
    mutationFn: (order: Order) => take(client.DELETE('/api/orders/{id}', { params: { path: { id: order.id } } })),
    onSuccess: (order) => {
      putOrder(cache, order)
      done(
        isOpen(order) ? `Cancel sent: ${order.id}` : `Cancelled: ${order.id}`,
        `${order.side} ${count(order.quantity)} ${order.instrument}`,
      )
    },
    onError: (error) => failed('Not cancelled', error),
  })
  const pending = open.data?.items.length ?? 0
  return (
    <section aria-label="Orders">
      <div className="flex items-center gap-2 px-2 py-1.5">
        <Segmented label="Orders shown" value={shown} options={SHOWN} onValue={setShown} className="w-32" />
        <span className="flex-1" />
        <Button kind="quiet" size="small" disabled={!may || pending === 0} onClick={() => setCancelling(true)}>
          Cancel all ({pending})
        </Button>
      </div>
      <Faces
        what="The orders"
        query={query}
        isEmpty={(page) => page.items.length === 0}
        empty={shown === 'Open' ? 'No open orders.' : 'No orders yet. B or S opens the ticket.'}
      >
        {(page) => (
          <>
            <OrdersTable
              orders={page.items}
              may={may}
              busy={cancel.isPending ? cancel.variables.id : null}
              onChange={setChanging}
              onCancel={(order) => cancel.mutate(order)}
            />
            {shown === 'All' && page.next && (
              <p className="p-2 text-soft">The newest {count(RECENT)}; older ones come from GET /api/orders.</p>
            )}
          </>
        )}
      </Faces>
      {changing && <ChangeOrder order={changing} mode={mode} onClose={() => setChanging(null)} />}
      {cancelling && <CancelAll account={account} count={pending} mode={mode} onClose={() => setCancelling(false)} />}
    </section>
  )
}
