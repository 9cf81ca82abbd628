import { expect, test } from 'vitest'
import type { Candle } from '@/api/types'
import { historyOf, withCandles } from './queries'

function candle(minute: number, close: number): Candle {
  return { time: `2026-11-20T09:${15 + minute}:00+05:30`, open: 100, high: 105, low: 95, close, volume: 10 }
}

test('the forming candle is replaced, a new one follows, a hole is filled, nothing is doubled', () => {
  const old = [candle(0, 100), candle(1, 101), candle(3, 103)]
  const now = withCandles(old, [candle(3, 103.5), candle(4, 104), candle(2, 102)])
  expect(now?.map((one) => one.close)).toEqual([100, 101, 102, 103.5, 104])
  expect(old[2]?.close).toBe(103)
})

test('a chart reaches to now, and asks for no more than the server gives at once', () => {
  for (const timeframe of ['1m', '15m', '30m', '1h', '4h', '1d']) {
    const asked = historyOf('NSE:SBIN-EQ', timeframe, '2026-11-22T15:00:00+05:30')
    expect(asked).not.toHaveProperty('to')
    const days = (Date.parse('2026-11-22') - Date.parse(asked.from)) / 86_400_000
    expect(days).toBeGreaterThan(4)
    expect(days).toBeLessThan(99)
  }
})
