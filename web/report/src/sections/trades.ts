import { count, price, rupees } from '../format/rupees'
import { duration, moment } from '../format/time'
import type { Trades } from '../page/trades'
import { h, section, tone } from '../ui/element'
import { filterBar } from './trade_filter'

interface Column {
  name: string
  key(t: Trades, i: number): number | string
  show(t: Trades, i: number): string
  class?: string
  tone?: boolean
}

const COLUMNS: Column[] = [
  { name: 'Trade', key: (_, i) => i, show: (t, i) => t.id(i) },
  { name: 'Instrument', key: (t, i) => t.instruments[t.instrument[i] ?? 0] ?? '', show: (t, i) => t.instruments[t.instrument[i] ?? 0] ?? '' },
  { name: 'Way', key: (t, i) => t.direction[i] ?? 0, show: (t, i) => t.directions[t.direction[i] ?? 0] ?? '' },
  { name: 'Entry', key: (t, i) => t.entryTime[i] ?? 0, show: (t, i) => moment(t.entryTime[i] ?? 0) },
  { name: 'At', key: (t, i) => t.entryPrice[i] ?? 0, show: (t, i) => price(t.entryPrice[i] ?? 0), class: 'number' },
  { name: 'Exit', key: (t, i) => t.exitTime[i] ?? 0, show: (t, i) => moment(t.exitTime[i] ?? 0) },
  { name: 'At', key: (t, i) => t.exitPrice[i] ?? 0, show: (t, i) => price(t.exitPrice[i] ?? 0), class: 'number' },
  { name: 'Way out', key: (t, i) => t.exits[t.exit[i] ?? 0] ?? '', show: (t, i) => t.exits[t.exit[i] ?? 0] ?? '' },
  { name: 'Quantity', key: (t, i) => t.quantity[i] ?? 0, show: (t, i) => count(t.quantity[i] ?? 0), class: 'number' },
  { name: 'Held', key: (t, i) => t.holding[i] ?? 0, show: (t, i) => duration(t.holding[i]), class: 'number' },
  { name: 'Charges', key: (t, i) => t.charges[i] ?? 0, show: (t, i) => rupees(t.charges[i] ?? 0), class: 'number' },
  { name: 'Net P&L', key: (t, i) => t.pnl[i] ?? 0, show: (t, i) => rupees(t.pnl[i] ?? 0, 'always'), class: 'number', tone: true },
]

const ROW_HEIGHT = 29
/** Rows drawn beyond what is seen, on either side. */
const SPARE = 12
const MOST_ON_PAPER = 400

/** All trades: sorted, filtered, and each a way to its candles. Only the rows in view exist. */
export function tradeTable(trades: Trades, jump: ((trade: number) => void) | null): HTMLElement | null {
  if (trades.n === 0) return null
  // One instrument needs no column: the title names it.
  const columns = COLUMNS.filter(({ name }) => name !== 'Instrument' || trades.instruments.length > 1)
  let rows = Array.from({ length: trades.n }, (_, i) => i)
  let sorted = { column: 0, up: true }
  const body = h('tbody')
  const summary = h('p', { class: 'note', role: 'status' })
  const box = h('div', { class: 'trades-box', tabindex: 0, 'aria-label': 'Trades, scrollable' })

  const draw = () => {
    const first = Math.max(0, Math.floor(box.scrollTop / ROW_HEIGHT) - SPARE)
    const last = Math.min(rows.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW_HEIGHT) + SPARE)
    const shown = rows.slice(first, last).map((i) => row(columns, trades, i, jump))
    body.replaceChildren(space(first, columns.length), ...shown, space(rows.length - last, columns.length))
  }
  const sort = () => {
    const { key } = columns[sorted.column] as Column
    const way = sorted.up ? 1 : -1
    rows.sort((a, b) => {
      const [x, y] = [key(trades, a), key(trades, b)]
      return x < y ? -way : x > y ? way : a - b
    })
  }
  const heads = columns.map((column, at) => {
    const button = h('button', { type: 'button' }, column.name)
    const head = h('th', { scope: 'col', class: column.class ?? '' }, button)
    button.addEventListener('click', () => {
      sorted = { column: at, up: sorted.column === at ? !sorted.up : !column.tone }
      sort()
      heads.forEach((other, i) => {
        if (i === at) other.setAttribute('aria-sort', sorted.up ? 'ascending' : 'descending')
        else other.removeAttribute('aria-sort')
      })
      draw()
    })
    return head
  })
  heads[0]?.setAttribute('aria-sort', 'ascending')
  const filter = filterBar(trades, (kept) => {
    rows = kept
    sort()
    summary.textContent = told(trades, rows)
    box.scrollTop = 0
    draw()
  })
  summary.textContent = told(trades, rows)
  box.append(h('table', { class: 'plain trades' }, h('thead', {}, h('tr', {}, ...heads)), body))
  box.addEventListener('scroll', draw, { passive: true })
  new ResizeObserver(draw).observe(box)
  addEventListener('beforeprint', () => {
    body.replaceChildren(...rows.slice(0, MOST_ON_PAPER).map((i) => row(columns, trades, i, null)))
    if (rows.length > MOST_ON_PAPER) {
      summary.textContent = `${told(trades, rows)} On paper: the first ${count(MOST_ON_PAPER)}.`
    }
  })
  addEventListener('afterprint', draw)
  const note = jump ? 'Select a trade to see it on the candles.' : ''
  return section('trades', 'Trades', note, filter, summary, box)
}

function told(trades: Trades, rows: number[]): string {
  const [net, wins] = rows.reduce(([net, wins], i) => [net + (trades.pnl[i] ?? 0), wins + ((trades.pnl[i] ?? 0) > 0 ? 1 : 0)], [0, 0])
  const of = rows.length === trades.n ? `${count(trades.n)} trades` : `${count(rows.length)} of ${count(trades.n)} trades`
  return `${of}: ${count(wins)} won, together ${rupees(net, 'always')}.`
}

function space(rows: number, columns: number): HTMLElement {
  return h('tr', { class: 'space', 'aria-hidden': 'true' }, h('td', { colspan: columns, style: `height:${rows * ROW_HEIGHT}px` }))
}

function row(columns: Column[], trades: Trades, i: number, jump: ((trade: number) => void) | null): HTMLElement {
  const cells = columns.map((column, at) => {
    const text = column.show(trades, i)
    const shade = column.tone ? tone(trades.pnl[i]) : ''
    if (at > 0 || !jump) return h('td', { class: `${column.class ?? ''} ${shade}` }, text)
    return h('td', {}, h('button', { type: 'button', class: 'jump', title: 'Show on the candles', click: () => jump(i) }, text))
  })
  return h('tr', {}, ...cells)
}
