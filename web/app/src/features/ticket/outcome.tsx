import { symbolOf } from '@/api/config'
import type { Order, Placed } from '@/api/types'
import { orderLook } from '@/ui/order_state'
import { count, price } from '@/format/rupees'
import { said } from '@/format/said'
import { StateWord } from '@/ui/side'

/** What became of the orders sent last: it goes on moving as they do. */
export function Outcome({ placed, orders }: { placed: Placed | null; orders: Order[] }) {
  if (!placed) return null
  const now = placed.orders.map((one) => orders.find((order) => order.id === one.id) ?? one)
  return (
    <div role="status" aria-label="Last order" className="rounded border border-line bg-raised p-2">
      <ul className="flex flex-col gap-1">
        {now.map((order) => (
          <li key={order.id} className="grid grid-cols-[1fr_auto] gap-x-2">
            <span className="font-medium">
              {order.side} {count(order.quantity)} {symbolOf(order.instrument)}
            </span>
            <StateWord {...orderLook(order)} />
            <span className="text-xs text-soft">{order.id}</span>
            {order.averagePrice !== null && order.filledQuantity > 0 && (
              <span className="text-right text-xs whitespace-nowrap text-soft">
                {count(order.filledQuantity)} at {price(order.averagePrice)}
              </span>
            )}
            {order.because && <span className="col-span-2 text-xs">{said(order.because)}</span>}
          </li>
        ))}
      </ul>
      {placed.waitingQuantity > 0 && (
        <p className="text-xs">{count(placed.waitingQuantity)} more are sent once what closes first has traded.</p>
      )}
      {placed.refused.map((one) => (
        <p key={one.detail} className="text-xs">
          {count(one.quantity)} were not sent: {said(one.detail)}
        </p>
      ))}
    </div>
  )
}
