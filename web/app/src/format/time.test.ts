import { expect, test } from 'vitest'
import { clock, day, duration, moment } from './time'

test('times are Indian wherever the page is read', () => {
  expect(clock('2024-01-31T03:45:04Z')).toBe('09:15:04')
  expect(day(Date.UTC(2024, 1, 28, 18, 30))).toBe('29 Feb 2024')
})

test('a moment of another day says the day', () => {
  const now = Date.parse('2024-01-31T15:00:00+05:30')
  expect(moment('2024-01-31T09:15:00+05:30', now)).toBe('09:15:00')
  expect(moment('2024-01-30T09:15:00+05:30', now)).toBe('30 Jan 09:15')
  expect(moment('soon', now)).toBe('–')
})

test('durations have two units at most', () => {
  expect([0, 59, 61, 3_900, 273_600].map(duration)).toEqual(['0 s', '59 s', '1 min 01 s', '1 h 05 min', '3 d 4 h'])
})
