import { Pencil, X } from 'lucide-react'
import { symbolOf } from '@/api/config'
import { isOpen, type Order } from '@/api/types'
import { count } from '@/format/rupees'
import { moment } from '@/format/time'
import { Button } from '@/ui/button'
import { Price } from '@/ui/money'
import { orderLook } from '@/ui/order_state'
import { SideWord, StateWord } from '@/ui/side'
import { Table, type Column } from '@/ui/table'

interface Props {
  orders: Order[]
  may: boolean
  /** The order whose cancel is on its way. */
  busy: string | null
  onChange: (order: Order) => void
  onCancel: (order: Order) => void
}

export function OrdersTable({ orders, may, busy, onChange, onCancel }: Props) {
  const columns: Column<Order>[] = [
    { head: 'Time', cell: (order) => <span className="text-soft">{moment(order.createdAt)}</span> },
    {
      head: 'Instrument',
      cell: (order) => (
        <span className="wrap-anywhere desk:whitespace-nowrap">
          <SideWord side={order.side} /> <span className="font-medium">{symbolOf(order.instrument)}</span>
        </span>
      ),
    },
    {
      head: 'Type',
      cell: (order) => (
        <span className="whitespace-nowrap">
          {order.type} <span className="text-soft">{order.product}</span>
        </span>
      ),
    },
    {
      head: 'Filled',
      align: 'right',
      cell: (order) => (
        <span className="whitespace-nowrap">
          {count(order.filledQuantity)}
          <span className="text-soft">/{count(order.quantity)}</span>
        </span>
      ),
    },
    { head: 'Limit', align: 'right', cell: (order) => <Price of={order.limitPrice} /> },
    { head: 'Trigger', align: 'right', cell: (order) => <Price of={order.triggerPrice} /> },
    { head: 'Average', align: 'right', cell: (order) => <Price of={order.averagePrice} /> },
    { head: 'State', cell: (order) => <StateWord {...orderLook(order)} because={order.because} /> },
    { head: 'Book', wide: true, cell: (order) => <span className="text-soft">{bookOf(order)}</span> },
    { head: 'Order', wide: true, cell: (order) => <span className="text-xs text-soft">{order.id}</span> },
    {
      head: 'Deeds',
      quiet: true,
      align: 'right',
      cell: (order) =>
        isOpen(order) && (
          <span className="inline-flex gap-1">
            <Button
              kind="quiet"
              size="small"
              disabled={!may}
              aria-label={`Change order ${order.id}`}
              onClick={() => onChange(order)}
            >
              <Pencil size={12} aria-hidden /> Change
            </Button>
            <Button
              kind="quiet"
              size="small"
              disabled={!may}
              busy={busy === order.id}
              aria-label={`Cancel order ${order.id}`}
              onClick={() => onCancel(order)}
            >
              <X size={12} aria-hidden /> Cancel
            </Button>
          </span>
        ),
    },
  ]
  return (
    <Table
      label="Orders"
      columns={columns}
      rows={orders}
      rowKey={(order) => order.id}
      dim={(order) => !isOpen(order)}
    />
  )
}

function bookOf(order: Order): string {
  const book = order.runId === null ? 'manual' : `run ${order.runId}`
  return order.origin === 'manual' || order.origin === 'strategy' ? book : `${book}, ${order.origin}`
}
