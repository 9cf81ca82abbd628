import type { Order } from '@/api/types'
import { orderLook } from '@/ui/order_state'
import { count, price } from '@/format/rupees'
import { StateWord } from '@/ui/side'

/** What became of the orders sent last: it goes on moving as they do. */
export function Outcome({ placed, orders }: { placed: Order[]; orders: Order[] }) {
  if (placed.length === 0) return null
  const now = placed.map((one) => orders.find((order) => order.id === one.id) ?? one)
  return (
    <div role="status" aria-label="Last order" className="rounded border border-line bg-raised p-2">
      <ul className="flex flex-col gap-1">
        {now.map((order) => (
          <li key={order.id} className="flex justify-between gap-2">
            <span>
              {order.side} {count(order.quantity)} <span className="text-xs text-soft">{order.id}</span>
            </span>
            <span className="text-right">
              <StateWord {...orderLook(order)} because={order.because} />
              {order.averagePrice !== null && order.filledQuantity > 0 && (
                <span className="text-xs text-soft">
                  {count(order.filledQuantity)} at {price(order.averagePrice)}
                </span>
              )}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
