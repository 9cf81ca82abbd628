import { count, raw, rupees } from '../format/rupees'
import { isoMoment } from '../format/time'
import type { RunPage } from '../page/types'
import { h, section } from '../ui/element'

/** Shown elsewhere on the page, or below as tables. */
const ELSEWHERE = ['warnings', 'data', 'measures', 'params', 'rules']
const MONEY = ['cash', 'maxDailyLoss']

/** Every setting in force, given or default: what it takes to run this again. */
export function settings({ run, refused }: RunPage): HTMLElement {
  const params = Object.entries(record(run.params)).map(([name, value]) => [`${name}`, text(name, value)] as const)
  const plain = Object.entries(run)
    .filter(([name]) => !ELSEWHERE.includes(name))
    .map(([name, value]) => [words(name), text(name, value)] as const)
  const measures = Object.entries(record(run.measures)).map(([name, value]) => [words(name), text(name, value)] as const)
  return section(
    'settings',
    'Settings and data',
    'Every setting in force, given or default.',
    h('div', { class: 'columns' }, pairs('Parameters', params), pairs('How figures are measured', measures)),
    pairs('Run', plain),
    typeof run.rules === 'string' && h('div', {}, h('h3', {}, 'Rules'), h('pre', {}, run.rules)),
    table('Data', run.data),
    refused.length > 0 && h('details', {}, h('summary', {}, `Refused entries (the first ${count(refused.length)})`), table('', refused)),
  )
}

/** Names of the settings that are not the same in all runs, and are short enough to stand side by side. */
export function differing(runs: Record<string, unknown>[]): string[] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run)))].filter((name) => ![...ELSEWHERE, 'bars', 'orders'].includes(name))
  return names.filter((name) => new Set(runs.map((run) => JSON.stringify(run[name]))).size > 1)
}

function record(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}

const SPELLED: Record<string, string> = { cagr: 'CAGR', atr: 'ATR', pct: 'percent', qty: 'quantity' }

/** `maxTradesPerDay` as “Max trades per day”. */
export function words(name: string): string {
  const parts = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).split(/[ _]/)
  const spaced = parts.map((part) => SPELLED[part] ?? part).join(' ')
  return spaced.charAt(0).toUpperCase() + spaced.slice(1)
}

/** A setting as text. */
export function text(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '–'
  if (typeof value === 'number') {
    if (MONEY.includes(name)) return rupees(raw(value))
    return Number.isInteger(value) && Math.abs(value) >= 10_000 ? count(value) : String(value)
  }
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.map((one) => text(name, one)).join(', ') || '–'
  if (typeof value === 'object') return JSON.stringify(value)
  return /^\d{4}-\d{2}-\d{2}(T|$)/.test(String(value)) ? isoMoment(value) : String(value)
}

function pairs(title: string, all: (readonly [string, string])[]): HTMLElement | null {
  if (all.length === 0) return null
  return h('div', {}, h('h3', {}, title), h('dl', { class: 'pairs' }, ...all.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value)))))
}

/** Instruments that stand side by side, with their facts below each other, if there are that many facts. */
const MOST_COLUMNS = 3
const MANY_FACTS = 12

function facts(title: string, [key = '', ...names]: string[], all: Record<string, unknown>[]): HTMLElement {
  const line = (name: string) => all.map((row) => h('td', {}, text(name, row[name])))
  return h(
    'div',
    { class: 'scroll' },
    h('h3', {}, title),
    h(
      'table',
      { class: 'plain' },
      h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, ''), ...all.map((row) => h('th', { scope: 'col' }, text(key, row[key]))))),
      h('tbody', {}, ...names.map((name) => h('tr', {}, h('th', { scope: 'row' }, words(name)), ...line(name)))),
    ),
  )
}

function table(title: string, rows: unknown): HTMLElement | null {
  const all = Array.isArray(rows) ? rows.map(record) : []
  // Lists are told in words at the top of the page.
  const listed = (value: unknown) => typeof value === 'object' && value !== null
  const names = Object.keys(all[0] ?? {}).filter((name) => !all.some((row) => listed(row[name])))
  if (names.length === 0) return null
  if (all.length <= MOST_COLUMNS && names.length > MANY_FACTS) return facts(title, names, all)
  return h(
    'div',
    { class: 'scroll' },
    title !== '' && h('h3', {}, title),
    h(
      'table',
      { class: 'plain' },
      h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, words(name))))),
      h('tbody', {}, ...all.map((row) => h('tr', {}, ...names.map((name) => h('td', {}, text(name, row[name])))))),
    ),
  )
}
