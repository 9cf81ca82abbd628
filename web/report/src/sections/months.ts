import { count, percent, raw, rupees } from '../format/rupees'
import { monthName } from '../format/time'
import type { Period, RunPage } from '../page/types'
import { h, section } from '../ui/element'

/** Return of each month, a row a year. Colour says how much, the figure says it too. */
export function months({ metrics, digest }: RunPage): HTMLElement | null {
  const all = metrics.byMonth ?? []
  if (all.length === 0) return null
  const byKey = new Map(all.map((month) => [month.key, month]))
  const strongest = Math.max(...all.map((month) => Math.abs(month.returnPct ?? 0)), 1e-9)
  const head = h('tr', {}, h('th', { scope: 'col' }, 'Year'), ...twelve((m) => h('th', { scope: 'col' }, monthName(m))), h('th', { scope: 'col' }, 'All'))
  const rows = digest.years.map(({ year, returnPct }) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, year),
      ...twelve((m) => cell(byKey.get(`${year}-${String(m).padStart(2, '0')}`), strongest)),
      h('td', { class: 'all' }, percent(returnPct, 'always', 1)),
    ),
  )
  return section(
    'months',
    'Months',
    'Change of equity in percent, from session closes; a year compounds its months.',
    h('div', { class: 'scroll' }, h('table', { class: 'heat' }, h('thead', {}, head), h('tbody', {}, ...rows))),
  )
}

function twelve<T>(make: (month: number) => T): T[] {
  return Array.from({ length: 12 }, (_, i) => make(i + 1))
}

function cell(month: Period | undefined, strongest: number): HTMLElement {
  const change = month?.returnPct
  if (!month || change === null || change === undefined) return h('td', { class: 'none' })
  const title = `${month.key}: ${percent(change, 'always')}; ${count(month.trades)} trades closed, ${rupees(raw(month.netPnl), 'always')}`
  return h('td', { class: 'cell', style: shade(change, strongest), title }, percent(change, 'always', 1).replace(' %', ''))
}

/** The background of a figure: its sign picks the colour, its size the strength. */
export function shade(value: number, strongest: number): string {
  const strength = Math.round(Math.min(1, Math.abs(value) / strongest) ** 0.7 * 72)
  return `background:color-mix(in oklab, var(--${value < 0 ? 'heat-loss' : 'heat-gain'}) ${strength}%, var(--card))`
}
