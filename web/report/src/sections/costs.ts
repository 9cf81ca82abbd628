import { percent, raw, rupees } from '../format/rupees'
import type { RunPage } from '../page/types'
import { h, section } from '../ui/element'

const NAMES: Record<string, string> = {
  brokerage: 'Brokerage',
  stt: 'STT',
  ctt: 'CTT',
  exchange: 'Exchange fee',
  sebi: 'SEBI fee',
  stamp: 'Stamp duty',
  stampDuty: 'Stamp duty',
  gst: 'GST',
  dp: 'Depository',
  ipft: 'Investor protection',
}

/** Where the money went that did not go to the market. */
export function costs({ metrics, run }: RunPage): HTMLElement {
  const total = metrics.charges ?? 0
  const kinds = Object.entries(metrics.chargesByKind ?? {})
    .filter(([, amount]) => amount !== 0)
    .sort(([, a], [, b]) => b - a)
  const note = `Plan: ${String(run.charges ?? '–')}. Slippage (${String(run.slippage ?? '–')}) is in the prices, not here.`
  if (kinds.length === 0) return section('costs', 'Charges', note, h('p', {}, 'No charges were booked.'))
  const row = ([kind, amount]: [string, number]) => {
    const share = (100 * amount) / total
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, NAMES[kind] ?? kind),
      h('td', { class: 'meter' }, h('span', { style: `width:${share.toFixed(2)}%` })),
      h('td', { class: 'number' }, rupees(raw(amount))),
      h('td', { class: 'number soft' }, percent(share, 'minus', 1)),
    )
  }
  const foot = h('tr', {}, h('th', { scope: 'row' }, 'All'), h('td', { class: 'meter' }), h('td', { class: 'number' }, rupees(raw(total))), h('td', { class: 'number soft' }, ofTurnover(total, metrics.turnover)))
  return section('costs', 'Charges', note, h('table', { class: 'split' }, h('tbody', {}, ...kinds.map(row)), h('tfoot', {}, foot)))
}

function ofTurnover(total: number, turnover: number | undefined): string {
  return turnover ? `${percent((100 * total) / turnover, 'minus', 3)} of turnover` : ''
}
