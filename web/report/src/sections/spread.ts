import { uprightBars } from '../charts/bars'
import { count, percent, raw, rupees, short } from '../format/rupees'
import type { Bin, Group, Period, RunPage } from '../page/types'
import { h, section, tone } from '../ui/element'

/** How trades are spread: over results, weekdays, hours, directions, reasons to leave. */
export function distribution({ digest, metrics }: RunPage): HTMLElement | null {
  const bins = digest.distribution
  if (bins.length === 0) return null
  const label = (bin: Bin) => (bin.from === null ? `< ${short(bin.to ?? 0)}` : short(bin.from))
  const bars = bins.map((bin) => ({
    label: label(bin),
    value: bin.trades,
    tone: (bin.from ?? -1) < 0 ? 'loss' : 'gain',
    title: `${between(bin)}: ${count(bin.trades)} of ${count(metrics.trades ?? 0)} trades`,
  }))
  const every = Math.max(1, Math.ceil(bins.length / 7))
  return section('distribution', 'Trades by result', 'Trades by net P&L; the outermost bars are open-ended.', uprightBars('Distribution of trades by net profit and loss', bars, every))
}

function between(bin: Bin): string {
  if (bin.from === null) return `below ${rupees(bin.to ?? 0)}`
  return bin.to === null ? `${rupees(bin.from)} and above` : `${rupees(bin.from)} to ${rupees(bin.to)}`
}

export function weekdays({ metrics }: RunPage): HTMLElement | null {
  return periods('weekdays', 'By weekday', metrics.byWeekday, (key) => key)
}

export function hours({ metrics }: RunPage): HTMLElement | null {
  return periods('hours', 'By hour', metrics.byHour, (key) => `${key}:00`)
}

function periods(id: string, title: string, all: Period[] | undefined, name: (key: string) => string): HTMLElement | null {
  if (!all || all.length === 0) return null
  const bars = all.map((period) => ({
    label: name(period.key),
    value: period.netPnl,
    tone: tone(period.netPnl),
    text: short(raw(period.netPnl), 'always'),
    title: `${name(period.key)}: ${rupees(raw(period.netPnl), 'always')}, ${count(period.trades)} trades, ${won(period)} won`,
  }))
  return section(id, title, 'Net P&L of closed trades by entry, Indian time.', uprightBars(`Net profit and loss ${title.toLowerCase()}`, bars, Math.ceil(bars.length / 12)))
}

/** Tables of groups that have more than one member. */
export function groups({ digest }: RunPage): HTMLElement | null {
  const tables = [
    table('Direction', digest.byDirection),
    table('Way out', digest.byExit),
    table('Instrument', digest.byInstrument),
  ].filter((one) => one !== null)
  return tables.length === 0 ? null : section('groups', 'Trades by kind', '', h('div', { class: 'columns' }, ...tables))
}

function table(title: string, all: Group[]): HTMLElement | null {
  if (all.length < 2 && title !== 'Direction') return null
  if (all.length === 0) return null
  const head = [title, 'Trades', 'Won', 'Net P&L'].map((name, i) => h('th', { scope: 'col', class: i ? 'number' : '' }, name))
  const rows = all.map((group) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, group.key || '–'),
      h('td', { class: 'number' }, count(group.trades)),
      h('td', { class: 'number' }, won(group)),
      h('td', { class: `number ${tone(group.netPnl)}` }, rupees(group.netPnl, 'always')),
    ),
  )
  return h('div', { class: 'scroll' }, h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)))
}

function won(group: { trades: number; wins: number }): string {
  return group.trades === 0 ? '–' : percent((100 * group.wins) / group.trades, 'minus', 0)
}
