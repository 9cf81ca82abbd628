import { expect, test } from 'vitest'
import type { Run, RunFigures } from '@/api/types'
import { withRun } from './queries'

const figures: RunFigures = {
  id: 9,
  accountId: 3,
  pnl: { realised: 0, unrealised: 17, charges: 4.1, net: 12.9 },
  openQuantity: 10,
  tradesToday: 2,
  positions: [],
  lastDecision: null,
}
const run = { ...figures, strategy: 'Averages', state: 'running', openQuantity: 0, tradesToday: 0 } as unknown as Run

test('what moves of a run leaves the rest of it as it was', () => {
  const page = withRun({ items: [run] }, figures)
  expect(page?.items).toEqual([{ ...run, openQuantity: 10, tradesToday: 2 }])
})

test('figures alone make no run, a whole one is put first', () => {
  expect(withRun({ items: [] }, figures)?.items).toEqual([])
  const newer = { ...run, id: 10 }
  expect(withRun({ items: [run] }, newer)?.items.map((one) => one.id)).toEqual([10, 9])
})
