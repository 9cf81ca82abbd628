import { expect, test } from 'vitest'
import { decode, lastAtOrBefore } from './column'

// Written by the test of the same values in crates/report/src/column.rs.
test('reads what the program writes', () => {
  const minutes = decode({ n: 4, unit: 60, delta: true, data: 'rNSCGwICAg==' })
  expect([...minutes]).toEqual([0, 1, 2, 3].map((i) => 1_700_000_040 + 60 * i))
  const offsets = decode({ n: 4, unit: 500, delta: false, data: 'AgEABg==' })
  expect([...offsets]).toEqual([500, -500, 0, 1_500])
  expect(decode({ n: 0, unit: 1, delta: false, data: '' })).toHaveLength(0)
})

test('numbers beyond 32 bits stay exact', () => {
  // 2^53 - 2 as zigzag of (2^53 - 2) / 2: bytes of LEB128, low seven bits first.
  const bytes = [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f]
  const data = btoa(String.fromCharCode(...bytes))
  expect(decode({ n: 1, unit: 1, delta: false, data })[0]).toBe(2 ** 52 - 1)
})

test('finds the candle that an instant falls into', () => {
  const times = [10, 20, 30]
  expect([5, 10, 19, 30, 99].map((t) => lastAtOrBefore(times, t))).toEqual([-1, 0, 0, 2, 2])
})
