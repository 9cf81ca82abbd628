import { expect, test } from 'vitest'
import { count, percent, price, rupees } from './rupees'

test('groups in lakhs and crores', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [999, '999'],
    [1000, '1,000'],
    [100000, '1,00,000'],
    [-1234567890, '−1,23,45,67,890'],
  ]
  for (const [n, expected] of cases) expect(count(n)).toBe(expected)
})

test('rupees are exact to the paisa, half away from zero, and zero has no sign', () => {
  expect(rupees(123456.78)).toBe('₹1,23,456.78')
  expect(rupees(-123456.785)).toBe('−₹1,23,456.79')
  expect(rupees(0.1 + 0.2, 'always')).toBe('+₹0.30')
  expect(rupees(-0.0049, 'always')).toBe('₹0.00')
  expect(rupees(1e11 + 0.01)).toBe('₹1,00,00,00,00,000.01')
})

test('prices keep the decimals they have', () => {
  expect(price(48203.45)).toBe('48,203.45')
  expect(price(86.0025)).toBe('86.0025')
  expect(price(-0.05, 'always')).toBe('−0.05')
})

test('what is not known is a dash, never a zero', () => {
  expect([rupees(null), price(undefined), percent(Number.NaN), count(null)]).toEqual(['–', '–', '–', '–'])
  expect(percent(-0.001, 'always')).toBe('0.00 %')
})
