import { expect, test } from 'vitest'
import type { RunPage } from '../page/types'
import { faultsOf, folded, remarks, sentence } from './verdict'

function run(metrics: object, best: number | null = null): RunPage {
  return {
    run: { strategy: 'sma_cross', firstBar: '2024-01-01T09:15:00+05:30', lastBar: '2024-05-31T15:29:00+05:30' },
    metrics: { initialCash: 1_000_000, trades: 100, ...metrics },
    digest: { best },
    open: [],
  } as unknown as RunPage
}

test('a loss is called a loss', () => {
  const page = run({ netPnl: -12_345.6, grossPnl: 900, charges: 13_245.6, buyAndHold: { returnPct: 4, netPnl: 40_000 } })
  expect(sentence(page)).toBe(
    'sma_cross lost ₹12,345.60 (−1.23 % of ₹10,00,000.00) between 01 Jan 2024 and 31 May 2024, after ₹13,245.60 of charges.',
  )
  expect(remarks(page)).toEqual([
    'Buying and holding the same would have returned +4.00 %: more than this strategy.',
    'Before charges it made ₹900.00: charges turned it into a loss.',
    'It spans less than a year: figures per year are extrapolated.',
  ])
})

test('a gain that hangs on one trade says so', () => {
  const said = remarks(run({ netPnl: 500, grossPnl: 1_000, charges: 500, trades: 3 }, 6_000_000))
  expect(said.join(' ')).toContain('Only 3 closed trades')
  expect(said.join(' ')).toContain('Charges took 50 % of the gross profit')
  expect(said.join(' ')).toContain('Without its best trade it would have lost')
})

test('a warning about several instruments is said once', () => {
  const symbols = ['A', 'B', 'C', 'D', 'E', 'F']
  expect(folded(['A: no tick', 'B: no tick', 'B: thin', 'odd'], symbols)).toEqual(['A, B: no tick', 'B: thin', 'odd'])
  expect(folded(symbols.map((one) => `${one}: no tick`), symbols)).toEqual(['A, B, C, D and 2 more: no tick'])
})

test('faults carry the instrument they are of, as warnings do', () => {
  const data = [
    { symbol: 'NSE:SBIN-EQ', findings: ['1 of 20 trading days is missing', 'a split'] },
    { symbol: 'NSE:TCS-EQ', findings: [] },
  ]
  expect(faultsOf({ data })).toEqual(['NSE:SBIN-EQ: 1 of 20 trading days is missing', 'NSE:SBIN-EQ: a split'])
})

test('a file without findings has no faults', () => {
  expect(faultsOf({ data: [{ symbol: 'NSE:SBIN-EQ' }, null] })).toEqual([])
  expect(faultsOf({})).toEqual([])
  expect(faultsOf({ data: [{ symbol: 'X', findings: 'no list' }] })).toEqual([])
})
