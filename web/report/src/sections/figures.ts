import { count, number, percent, raw, rupees, short } from '../format/rupees'
import { duration } from '../format/time'
import type { RunPage } from '../page/types'
import { h, tone } from '../ui/element'

interface Tile {
  name: string
  value: string
  tone?: string
  under?: string
  hint?: string
}

const PER_YEAR = 'From session closes, 252 a year, risk-free rate 0'

/** The figures that decide, large; the rest small. */
export function figures({ metrics: m, digest }: RunPage): HTMLElement {
  const money = (amount: number | null | undefined, sign: 'always' | 'minus' = 'minus') =>
    amount === null || amount === undefined ? '–' : rupees(raw(amount), sign)
  const trade = (amount: number | null) => (amount === null ? '–' : rupees(amount, 'always'))
  const share = (m.initialCash ?? 0) > 0 ? percent((100 * (m.netPnl ?? 0)) / (m.initialCash ?? 1), 'always') : ''
  const large: Tile[] = [
    { name: 'Net P&L', value: money(m.netPnl, 'always'), tone: tone(m.netPnl), under: `${share} of the initial cash` },
    { name: 'CAGR', value: percent(nullable(m.cagr, 100), 'always'), tone: tone(m.cagr), under: `buy and hold ${percent(nullable(m.buyAndHold?.cagr, 100), 'always')}` },
    { name: 'Sharpe', value: number(m.sharpe), under: `Sortino ${number(m.sortino)}`, hint: PER_YEAR },
    { name: 'Greatest drawdown', value: percent(m.maxDrawdownPct), under: `${short(raw(m.maxDrawdown ?? 0))} · ${count(m.maxDrawdownDays ?? 0)} days under water`, hint: 'At session closes' },
    { name: 'Trades', value: count(m.trades ?? 0), under: `${percent(nullable(m.winRate, 100), 'minus', 1)} won · ${count(m.longestLosingStreak ?? 0)} losses in a row` },
    { name: 'Profit factor', value: number(m.profitFactor), under: `${money(m.expectancy, 'always')} a trade` },
  ]
  const small: [string, string][] = [
    ['Initial cash', money(m.initialCash)],
    ['Final equity', money(m.finalEquity)],
    ['Gross P&L', money(m.grossPnl, 'always')],
    ['Charges', money(m.charges)],
    ['Turnover', money(m.turnover)],
    ['Calmar', number(m.calmar)],
    ['Time in the market', percent(m.exposurePct, 'minus', 1)],
    ['Average holding', duration(m.avgHoldingSeconds)],
    ['Average win', trade(digest.averageWin)],
    ['Average loss', trade(digest.averageLoss)],
    ['Median trade', trade(digest.median)],
    ['Best trade', trade(digest.best)],
    ['Worst trade', trade(digest.worst)],
    ['Buy and hold', money(m.buyAndHold?.netPnl, 'always')],
  ]
  return h(
    'div',
    { class: 'figures' },
    h('dl', { class: 'tiles' }, ...large.map(tile)),
    h('dl', { class: 'small' }, ...small.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))),
  )
}

function nullable(value: number | null | undefined, times: number): number | null {
  return value === null || value === undefined ? null : value * times
}

function tile({ name, value, tone, under, hint }: Tile): HTMLElement {
  return h(
    'div',
    { class: 'tile', title: hint },
    h('dt', {}, name),
    h('dd', { class: `value ${tone ?? ''}` }, value),
    under ? h('dd', { class: 'under' }, under) : null,
  )
}
