import { expect, test } from 'vitest'
import { about, difference, onTick, stepPrice, stepQuantity } from './steps'

test('prices step on the tick grid', () => {
  expect(stepPrice(100.1, 1, 0.05)).toBe(100.15)
  expect(stepPrice(100.12, 1, 0.05)).toBe(100.15)
  expect(stepPrice(100.12, -1, 0.05)).toBe(100.1)
  expect(stepPrice(100.12, 0, 0.05)).toBe(100.1)
  expect(stepPrice(0.05, -1, 0.05)).toBe(0.05)
  expect([onTick(842.35, 0.05), onTick(842.33, 0.05)]).toEqual([true, false])
})

test('quantities step in lots', () => {
  expect([
    stepQuantity(75, 1, 75),
    stepQuantity(80, 1, 75),
    stepQuantity(80, -1, 75),
    stepQuantity(75, -1, 75),
  ]).toEqual([150, 150, 75, 75])
})

test('differences and values carry no dust of floats', () => {
  expect(difference(842.35, 842.3)).toBe(0.05)
  expect(about(0.1, 3)).toBe(0.3)
})
