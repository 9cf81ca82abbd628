import { count, percent, raw, rupees } from '../format/rupees'
import { isoDay } from '../format/time'
import type { Metrics, RunPage } from '../page/types'
import { h, tone } from '../ui/element'

/** Trades below which chance alone explains nearly any result. */
const FEW_TRADES = 30
/** Share of gross profit from which on charges deserve a word. */
const DEAR = 0.3

/** What the run came to, in plain sentences; what weakens it, before any figure. */
export function verdict(page: RunPage): HTMLElement {
  const net = page.metrics.netPnl ?? 0
  // Faults of the data stand above it all.
  const above = new Set(faultsOf(page.run))
  const warnings = texts(page.run.warnings).filter((text) => !above.has(text))
  const doubts = [...folded(warnings, texts(page.run.symbols)), ...page.notes]
  return h(
    'div',
    { class: 'verdict' },
    h('p', { class: `sentence ${tone(net)}` }, sentence(page)),
    h('ul', { class: 'remarks' }, ...remarks(page).map((text) => h('li', {}, text))),
    doubts.length > 0 &&
      h(
        'div',
        { class: 'doubts', role: 'note' },
        h('h3', {}, doubts.length === 1 ? 'What weakens this result' : `What weakens this result (${doubts.length})`),
        h('ul', {}, ...doubts.map((text) => h('li', {}, text))),
      ),
  )
}

export function texts(list: unknown): string[] {
  return Array.isArray(list) ? list.filter((text) => typeof text === 'string') : []
}

/** The warnings of a run that are about its data, as they stand among its warnings. */
export function faultsOf(run: Record<string, unknown>): string[] {
  const rows = Array.isArray(run.data) ? (run.data as Record<string, unknown>[]) : []
  return rows.flatMap((row) => texts(row?.findings).map((text) => `${String(row.symbol)}: ${text}`))
}

/** Instruments that a warning names one by one. */
const MOST_NAMED = 4

/** Warnings that say the same of several instruments, once. */
export function folded(warnings: string[], symbols: string[]): string[] {
  const groups = new Map<string, string[]>()
  for (const warning of warnings) {
    const symbol = symbols.find((one) => warning.startsWith(`${one}: `))
    const words = symbol ? warning.slice(symbol.length + 2) : warning
    const group = groups.get(words) ?? []
    if (symbol) group.push(symbol)
    groups.set(words, group)
  }
  return Array.from(groups, ([words, named]) => {
    if (named.length === 0) return words
    const more = named.length > MOST_NAMED ? ` and ${count(named.length - MOST_NAMED)} more` : ''
    return `${named.slice(0, MOST_NAMED).join(', ')}${more}: ${words}`
  })
}

export function sentence({ run, metrics }: RunPage): string {
  const net = raw(metrics.netPnl ?? 0)
  const cash = metrics.initialCash ?? 0
  const outcome = net === 0 ? 'made nothing and lost nothing' : `${net > 0 ? 'made' : 'lost'} ${rupees(Math.abs(net))}`
  const share = cash > 0 && net !== 0 ? ` (${percent((100 * (metrics.netPnl ?? 0)) / cash, 'always')} of ${rupees(raw(cash))})` : ''
  const span = `between ${isoDay(run.firstBar)} and ${isoDay(run.lastBar)}`
  const costs = metrics.charges ? `, after ${rupees(raw(metrics.charges))} of charges` : ''
  return `${String(run.strategy ?? 'The strategy')} ${outcome}${share} ${span}${costs}.`
}

export function remarks({ run, metrics, digest, open }: RunPage): string[] {
  const said: string[] = []
  const [net, gross, charges] = [metrics.netPnl ?? 0, metrics.grossPnl ?? 0, metrics.charges ?? 0]
  const held = metrics.buyAndHold
  if (held?.returnPct !== undefined) {
    said.push(`Buying and holding the same would have returned ${percent(held.returnPct, 'always')}${beaten(metrics)}.`)
  }
  const trades = metrics.trades ?? 0
  if (trades === 0) said.push('No trade was closed: there is nothing to judge.')
  else if (trades < FEW_TRADES) said.push(`Only ${count(trades)} closed trades: too few to tell skill from luck.`)
  if (gross > 0 && net < 0) said.push(`Before charges it made ${rupees(raw(gross))}: charges turned it into a loss.`)
  else if (gross > 0 && charges > gross * DEAR) said.push(`Charges took ${percent((100 * charges) / gross, 'minus', 0)} of the gross profit.`)
  if (trades > 0 && net > 0 && digest.best !== null && digest.best > raw(net)) {
    said.push('Without its best trade it would have lost.')
  }
  const days = (Date.parse(String(run.lastBar)) - Date.parse(String(run.firstBar))) / 86_400_000
  // A calendar year of sessions begins and ends with days off.
  if (days < 360) said.push('It spans less than a year: figures per year are extrapolated.')
  if (metrics.refusedOrders) said.push(`${count(metrics.refusedOrders)} entries were refused by risk rules or buying power.`)
  if (open.length > 0) {
    said.push(`${open.length === 1 ? 'One position is' : `${count(open.length)} positions are`} still open, valued at the last close.`)
  }
  return said
}

function beaten(metrics: Metrics): string {
  const held = metrics.buyAndHold?.netPnl
  if (held === undefined || metrics.netPnl === undefined || raw(held) === raw(metrics.netPnl)) return ''
  return held > metrics.netPnl ? ': more than this strategy' : ': less than this strategy'
}
