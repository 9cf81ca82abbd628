import { count } from '../format/rupees'
import type { RunPage } from '../page/types'
import { h } from '../ui/element'
import { faultsOf } from './verdict'

/** Faults shown at once; the others open on demand. */
const SHOWN = 8

/** What is wrong with the data, above every figure; null if nothing was found. */
export function faults(runs: RunPage[]): HTMLElement | null {
  const all = new Set(runs.flatMap(({ run }) => faultsOf(run)))
  if (all.size === 0) return null
  const items = [...all].map((text) => h('li', {}, text))
  const more = items.splice(SHOWN)
  return h(
    'div',
    { class: 'faults', role: 'alert' },
    h('h2', {}, 'Look at the data first'),
    h('p', {}, 'The figures below were worked out over data that has faults:'),
    h('ul', {}, ...items),
    more.length > 0 && h('details', {}, h('summary', {}, `${count(more.length)} more`), h('ul', {}, ...more)),
  )
}
