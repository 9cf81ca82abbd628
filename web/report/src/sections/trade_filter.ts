import { day } from '../format/time'
import type { Trades } from '../page/trades'
import { h } from '../ui/element'

/** Narrow the trades down; `apply` gets the places of those that are left. */
export function filterBar(trades: Trades, apply: (kept: number[]) => void): HTMLElement {
  const instrument = choice('Instrument', trades.instruments)
  const direction = choice('Way', trades.directions)
  const exit = choice('Way out', trades.exits)
  const result = choice('Result', ['Won', 'Lost', 'Even'])
  const search = h('input', { type: 'search', placeholder: 'T12 or Jan 2024', 'aria-label': 'Search in trade and entry day' })
  const update = () => {
    const wanted = search.value.trim().toLowerCase()
    const kept: number[] = []
    for (let i = 0; i < trades.n; i++) {
      const pnl = trades.pnl[i] ?? 0
      const outcome = pnl > 0 ? 0 : pnl < 0 ? 1 : 2
      const fits =
        picks(instrument, trades.instrument[i]) &&
        picks(direction, trades.direction[i]) &&
        picks(exit, trades.exit[i]) &&
        picks(result, outcome) &&
        (wanted === '' || trades.id(i).toLowerCase() === wanted || day(trades.entryTime[i] ?? 0).toLowerCase().includes(wanted))
      if (fits) kept.push(i)
    }
    apply(kept)
  }
  const choices = [instrument, direction, exit, result].filter((select) => select.options.length > 2)
  for (const control of [...choices, search]) control.addEventListener('input', update)
  return h('div', { class: 'filter', role: 'search' }, ...choices, search)
}

function choice(name: string, values: string[]): HTMLSelectElement {
  const options = values.map((value, i) => h('option', { value: i }, value || '–'))
  return h('select', { 'aria-label': name }, h('option', { value: '' }, `${name}: all`), ...options)
}

function picks(select: HTMLSelectElement, value: number | undefined): boolean {
  return select.value === '' || Number(select.value) === value
}
