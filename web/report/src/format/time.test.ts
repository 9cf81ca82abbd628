import { expect, test } from 'vitest'
import { clock, duration, isoDay, isoMoment, moment } from './time'

test('times are Indian wherever the page is read', () => {
  expect(moment(Date.UTC(2024, 0, 31, 3, 45) / 1_000)).toBe('31 Jan 2024 09:15')
  // Half past six in the evening UTC is midnight in India.
  expect(moment(Date.UTC(2024, 1, 28, 18, 30) / 1_000)).toBe('29 Feb 2024 00:00')
  expect(clock(0)).toBe('05:30')
})

test('texts of the result are shown as they mean', () => {
  expect(isoMoment('2024-01-31T15:30:00+05:30')).toBe('31 Jan 2024 15:30')
  expect(isoDay('2024-02-29')).toBe('29 Feb 2024')
  expect(isoDay('soon')).toBe('soon')
})

test('durations have two units at most', () => {
  expect([0, 59, 60, 3_900, 273_600].map(duration)).toEqual(['0 s', '59 s', '1 min', '1 h 05 min', '3 d 4 h'])
  expect(duration(null)).toBe('–')
})
