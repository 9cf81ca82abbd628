import { number, rupees } from '../format/rupees'
import { isoDay } from '../format/time'
import type { Court, Heatmap, Study, WalkForward } from '../page/types'
import { h, section, tone } from '../ui/element'
import { shade } from './months'

/** Sections that a search over many runs adds. */
export function study(one: Study): HTMLElement {
  switch (one.kind) {
    case 'court':
      return court(one)
    case 'heatmap':
      return heatmap(one)
    case 'walkForward':
      return walkForward(one)
  }
}

const OUTCOMES: Record<string, string> = { good: 'gain', bad: 'loss' }

function court({ outcome, sentence, figures }: Court): HTMLElement {
  const row = ({ name, value, meaning }: Court['figures'][number]) =>
    h('tr', {}, h('th', { scope: 'row' }, name), h('td', { class: 'number' }, value), h('td', { class: 'soft' }, meaning))
  return section(
    'court',
    'Skill or luck',
    '',
    h('p', { class: `sentence ${OUTCOMES[outcome] ?? 'doubtful'}` }, sentence),
    h('div', { class: 'scroll' }, h('table', { class: 'plain' }, h('tbody', {}, ...figures.map(row)))),
  )
}

/** Two parameters against each other. */
function heatmap(map: Heatmap): HTMLElement {
  const known = map.cells.filter((cell) => cell !== null)
  const strongest = Math.max(...known.map(Math.abs), 1e-9)
  const cell = (x: number, y: number) => {
    const value = map.cells[y * map.x.length + x] ?? null
    const down = map.yName ? `, ${map.yName} ${map.y[y]}` : ''
    const title = `${map.xName} ${map.x[x]}${down}: ${number(value, 3)}`
    if (value === null) return h('td', { class: 'none', title })
    const best = map.best?.[0] === x && map.best[1] === y
    return h('td', { class: best ? 'cell best' : 'cell', style: shade(value, strongest), title }, map.x.length <= 14 || best ? number(value) : '')
  }
  const name = map.figure.charAt(0).toUpperCase() + map.figure.slice(1)
  const every = Math.ceil(map.x.length / 20)
  const head = map.x.map((value, i) => h('th', { scope: 'col' }, i % every === 0 ? value : ''))
  // A search over one parameter has one row.
  const values: (number | string)[] = map.y.length > 0 ? map.y : ['']
  const rows = values.map((value, y) => h('tr', {}, h('th', { scope: 'row' }, value), ...map.x.map((_, x) => cell(x, y))))
  return section(
    'parameters',
    map.yName ? `${name} by ${map.xName} and ${map.yName}` : `${name} by ${map.xName}`,
    `${map.yName ? `${map.xName} across, ${map.yName} down. ` : ''}A plateau is worth more than a peak. ${map.note}`,
    h('div', { class: 'scroll' }, h('table', { class: 'heat parameters' }, h('thead', {}, h('tr', {}, h('th', {}, ''), ...head)), h('tbody', {}, ...rows))),
  )
}

function walkForward({ figure, folds, note }: WalkForward): HTMLElement {
  const strongest = Math.max(...folds.flatMap((fold) => [Math.abs(fold.inside ?? 0), Math.abs(fold.outside ?? 0)]), 1e-9)
  const ratio = (value: number | null) => (value === null ? h('td', { class: 'none' }) : h('td', { class: 'number', style: shade(value, strongest) }, number(value)))
  const at = (day: string) => Date.parse(day) / 86_400_000
  const first = Math.min(...folds.map((fold) => at(fold.trainFrom)))
  const whole = Math.max(...folds.map((fold) => at(fold.testTo) + 1)) - first
  // Where on the time of all folds some days lie, both ends inclusive.
  const place = (kind: string, from: string, to: string) =>
    h('i', { class: kind, style: `left:${((at(from) - first) / whole) * 100}%;width:${((at(to) + 1 - at(from)) / whole) * 100}%` })
  const track = (fold: WalkForward['folds'][number]) =>
    h('div', { class: 'track', 'aria-hidden': 'true' }, place('train', fold.trainFrom, fold.trainTo), place(`test ${tone(fold.netPnl)}`, fold.testFrom, fold.testTo))
  const names = ['', 'Trained', 'Tested', 'Chosen', `${figure} in training`, `${figure} in the test`, 'Net P&L of the test']
  const rows = folds.map((fold) =>
    h(
      'tr',
      {},
      h('td', {}, track(fold)),
      h('td', {}, `${isoDay(fold.trainFrom)} – ${isoDay(fold.trainTo)}`),
      h('td', {}, `${isoDay(fold.testFrom)} – ${isoDay(fold.testTo)}`),
      h('td', {}, fold.chosen),
      ratio(fold.inside),
      ratio(fold.outside),
      h('td', { class: `number ${tone(fold.netPnl)}` }, rupees(fold.netPnl, 'always')),
    ),
  )
  return section(
    'walk-forward',
    'Walk-forward',
    `${note} Grey: training; coloured: the test, by what it made.`,
    h('div', { class: 'scroll' }, h('table', { class: 'plain' }, h('thead', {}, h('tr', {}, ...names.map((name, i) => h('th', { scope: 'col', class: i > 3 ? 'number' : '' }, name)))), h('tbody', {}, ...rows))),
  )
}
