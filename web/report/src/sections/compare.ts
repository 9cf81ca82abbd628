import { comparedChart, RUN_COLOURS } from '../charts/equity'
import { count, number, percent, raw, rupees } from '../format/rupees'
import { duration, isoDay } from '../format/time'
import type { Metrics, RunPage } from '../page/types'
import { h, section, tone } from '../ui/element'
import { differing, text, words } from './settings'
import { texts } from './verdict'

interface Row {
  name: string
  show(m: Metrics): string
  tone?(m: Metrics): string
  /** For ranking; greater is better. */
  rank?(m: Metrics): number | null | undefined
}

const times100 = (value: number | null | undefined) => (value === null || value === undefined ? null : value * 100)

const ROWS: Row[] = [
  { name: 'Net P&L', show: (m) => rupees(raw(m.netPnl ?? 0), 'always'), tone: (m) => tone(m.netPnl), rank: (m) => m.netPnl },
  { name: 'CAGR', show: (m) => percent(times100(m.cagr), 'always'), tone: (m) => tone(m.cagr), rank: (m) => m.cagr },
  { name: 'Sharpe', show: (m) => number(m.sharpe), rank: (m) => m.sharpe },
  { name: 'Sortino', show: (m) => number(m.sortino), rank: (m) => m.sortino },
  { name: 'Greatest drawdown', show: (m) => percent(m.maxDrawdownPct), rank: (m) => -(m.maxDrawdownPct ?? Infinity) },
  { name: 'Days under water', show: (m) => count(m.maxDrawdownDays ?? 0), rank: (m) => -(m.maxDrawdownDays ?? Infinity) },
  { name: 'Trades', show: (m) => count(m.trades ?? 0) },
  { name: 'Won', show: (m) => percent(times100(m.winRate), 'minus', 1) },
  { name: 'Profit factor', show: (m) => number(m.profitFactor), rank: (m) => m.profitFactor },
  { name: 'A trade', show: (m) => (m.expectancy == null ? '–' : rupees(raw(m.expectancy), 'always')), tone: (m) => tone(m.expectancy), rank: (m) => m.expectancy },
  { name: 'Charges', show: (m) => rupees(raw(m.charges ?? 0)) },
  { name: 'Time in the market', show: (m) => percent(m.exposurePct, 'minus', 1) },
  { name: 'Average holding', show: (m) => duration(m.avgHoldingSeconds) },
  { name: 'Buy and hold', show: (m) => percent(m.buyAndHold?.returnPct, 'always') },
]

const CHOSEN_LATE = 'The best of several runs was chosen after the fact: its figures flatter it.'

/** Several runs side by side: figures, curves, and the settings in which they differ. */
export function compare(runs: RunPage[]): HTMLElement {
  const curves = runs.flatMap(({ name, curve, metrics }) => (metrics.initialCash ? [{ name, curve, cash: metrics.initialCash * 10_000 }] : []))
  const heads = runs.map((run, i) =>
    h('th', { scope: 'col', class: 'number' }, h('span', { class: `key ${RUN_COLOURS[i % RUN_COLOURS.length]}` }, `${i + 1} ${run.name}`)),
  )
  return section(
    'compare',
    'Compared',
    spans(runs),
    comparedChart(curves),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        { class: 'plain compare' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Figure'), ...heads)),
        h('tbody', {}, ...ROWS.map((row) => figure(row, runs)), doubts(runs)),
        h('tbody', {}, ...differences(runs)),
      ),
    ),
  )
}

function spans(runs: RunPage[]): string {
  const all = new Set(runs.map(({ run }) => `${isoDay(run.firstBar)} – ${isoDay(run.lastBar)}`))
  const base = `Equity in percent of the cash each run began with. The best of a row is bold. ${CHOSEN_LATE}`
  return all.size === 1 ? base : `${base} The runs span different days: their figures are not like for like.`
}

function figure(row: Row, runs: RunPage[]): HTMLElement {
  const ranks = runs.map(({ metrics }) => row.rank?.(metrics) ?? null)
  const known = ranks.filter((rank): rank is number => rank !== null && Number.isFinite(rank))
  const best = known.length > 1 && Math.min(...known) < Math.max(...known) ? Math.max(...known) : null
  const cells = runs.map(({ metrics }, i) =>
    h('td', { class: `number ${row.tone?.(metrics) ?? ''} ${best !== null && ranks[i] === best ? 'best' : ''}` }, row.show(metrics)),
  )
  return h('tr', {}, h('th', { scope: 'row' }, row.name), ...cells)
}

function doubts(runs: RunPage[]): HTMLElement {
  const counts = runs.map(({ run, notes }) => texts(run.warnings).length + notes.length)
  return h('tr', {}, h('th', { scope: 'row' }, 'Warnings (see below)'), ...counts.map((n) => h('td', { class: 'number' }, count(n))))
}

/** Settings that are not the same in all runs. */
function differences(runs: RunPage[]): HTMLElement[] {
  const flat = runs.map(({ run }) => ({ ...run, ...(run.params as object) }) as Record<string, unknown>)
  return differing(flat).map((name) =>
    h('tr', { class: 'setting' }, h('th', { scope: 'row' }, words(name)), ...flat.map((run) => h('td', { class: 'number' }, text(name, run[name])))),
  )
}
