import { candleChart, type CandleChart } from '../charts/candles'
import { equityChart } from '../charts/equity'
import { count, price, rupees } from '../format/rupees'
import { moment } from '../format/time'
import { readTrades, type Trades } from '../page/trades'
import type { ChartData, OpenPosition, RunPage } from '../page/types'
import { h, section, tone } from '../ui/element'
import { costs } from './costs'
import { figures } from './figures'
import { months } from './months'
import { settings } from './settings'
import { distribution, groups, hours, weekdays } from './spread'
import { tradeTable } from './trades'
import { texts, verdict } from './verdict'

/** All sections of one run. */
export function runView(page: RunPage, charts: ChartData[]): HTMLElement {
  const trades = readTrades(page.trades)
  const symbols = texts(page.run.symbols)
  const own = charts.filter((chart) => symbols.includes(chart.symbol) && chart.timeframe === page.run.timeframe)
  const candles = own.length > 0 ? candleSection(own, trades, page.open) : null
  const daily = page.curve.daily ? ' There were too many samples to draw: each day’s last is shown.' : ''
  const known = page.curve.buyAndHold ? 'Buy and hold: the same cash in the same instruments, bought once at no charge.' : ''
  return h(
    'article',
    {},
    verdict(page),
    figures(page),
    section('equity', 'Equity', `${known}${daily}`.trim(), page.curve.time.n > 0 ? equityChart(page.curve) : h('p', {}, 'There is no equity to draw.')),
    candles?.element,
    h('div', { class: 'grid' }, months(page), costs(page), distribution(page), weekdays(page), hours(page), groups(page)),
    openPositions(page.open),
    tradeTable(trades, candles?.jump ?? null),
    settings(page),
  )
}

function candleSection(charts: ChartData[], trades: Trades, open: OpenPosition[]): { element: HTMLElement; jump(trade: number): void } {
  const made = new Map<string, CandleChart>()
  const place = h('div')
  let shown = ''
  let at = -1
  const show = (symbol: string): CandleChart | null => {
    const data = charts.find((chart) => chart.symbol === symbol)
    if (!data) return null
    const chart = made.get(symbol) ?? candleChart(data, trades, open)
    made.set(symbol, chart)
    if (shown !== symbol) place.replaceChildren(chart.element)
    shown = symbol
    select.value = symbol
    return chart
  }
  const select = h('select', { 'aria-label': 'Instrument', change: () => show(select.value) }, ...charts.map(({ symbol }) => h('option', { value: symbol }, symbol)))
  const go = (trade: number) => {
    const chart = show(trades.instruments[trades.instrument[trade] ?? 0] ?? '')
    if (!chart) return
    at = trade
    chart.show(trade)
    label.textContent = `${trades.id(trade)}: ${rupees(trades.pnl[trade] ?? 0, 'always')}`
  }
  const step = (by: number) => {
    const count = trades.n
    for (let i = 1; i <= count; i++) {
      const next = (((at < 0 && by < 0 ? 0 : at) + by * i) % count + count) % count
      if (trades.instruments[trades.instrument[next] ?? 0] === shown) return go(next)
    }
  }
  const label = h('span', { class: 'soft', role: 'status' })
  const button = (text: string, title: string, act: () => void) => h('button', { type: 'button', title, click: act }, text)
  const bar = h(
    'div',
    { class: 'bar' },
    charts.length > 1 && select,
    button('‹ Trade', 'The trade before', () => step(-1)),
    button('Trade ›', 'The next trade', () => step(1)),
    button('Latest', 'The last trades', () => made.get(shown)?.showEnd()),
    button('All', 'The whole run', () => made.get(shown)?.showAll()),
    label,
  )
  show(charts[0]?.symbol ?? '')
  const joined = charts.filter((chart) => chart.joined > 1).map(({ symbol, joined }) => `${symbol}: each candle joins ${joined} bars of the run.`)
  const first = charts[0]
  const note = `${first?.timeframe ?? ''} candles, Indian time. A triangle is an entry and points its way, a square its exit. ${joined.join(' ')}`
  const element = section('candles', 'Candles and trades', note, bar, place)
  const jump = (trade: number) => {
    go(trade)
    element.scrollIntoView({ behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth', block: 'start' })
  }
  return { element, jump }
}

function openPositions(open: OpenPosition[]): HTMLElement | null {
  if (open.length === 0) return null
  const names = ['Instrument', 'Way', 'Since', 'At', 'Last', 'Quantity', 'Charges so far', 'Unrealised']
  const rows = open.map((one) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, one.instrument),
      h('td', {}, one.direction),
      h('td', {}, moment(one.entryTime)),
      h('td', { class: 'number' }, price(one.entryPrice)),
      h('td', { class: 'number' }, price(one.lastPrice)),
      h('td', { class: 'number' }, count(one.quantity)),
      h('td', { class: 'number' }, rupees(one.charges)),
      h('td', { class: `number ${tone(one.unrealised)}` }, rupees(one.unrealised, 'always')),
    ),
  )
  const heads = names.map((name, i) => h('th', { scope: 'col', class: i > 2 ? 'number' : '' }, name))
  return section('open', 'Still open', 'Valued at the last close, without exit charges; not counted as trades.', h('div', { class: 'scroll' }, h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...heads)), h('tbody', {}, ...rows))))
}
