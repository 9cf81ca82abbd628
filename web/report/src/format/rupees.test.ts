import { expect, test } from 'vitest'
import { count, grouped, number, percent, price, raw, rupees, short } from './rupees'

test('groups in lakhs and crores', () => {
  const cases: [string, string][] = [
    ['0', '0'],
    ['999', '999'],
    ['1000', '1,000'],
    ['99999', '99,999'],
    ['100000', '1,00,000'],
    ['12345678', '1,23,45,678'],
    ['1234567890', '1,23,45,67,890'],
  ]
  for (const [digits, expected] of cases) expect(grouped(digits)).toBe(expected)
  expect(count(-123456)).toBe('−1,23,456')
})

test('rupees are exact to the paisa, half away from zero', () => {
  expect(rupees(1_234_567_800)).toBe('₹1,23,456.78')
  expect(rupees(-1_234_567_850)).toBe('−₹1,23,456.79')
  expect(rupees(49)).toBe('₹0.00')
  expect(rupees(-49, 'always')).toBe('₹0.00')
  expect(rupees(50, 'always')).toBe('+₹0.01')
  // Ten thousand crore and a paisa: the most a run may start with.
  expect(rupees(1_000_000_000_000_100)).toBe('₹1,00,00,00,00,000.01')
  expect(rupees(raw(0.1 + 0.2))).toBe('₹0.30')
})

test('short amounts name their unit', () => {
  const cases: [number, string][] = [
    [0, '₹0'],
    [0.5, '₹0.50'],
    [950, '₹950'],
    [-12_400, '−₹12.4 K'],
    [99_999, '₹1.00 L'],
    [124_000, '₹1.24 L'],
    [35_000_000, '₹3.50 Cr'],
    [12_345_000_000, '₹1,235 Cr'],
  ]
  for (const [amount, expected] of cases) expect(short(amount * 10_000)).toBe(expected)
})

test('prices keep their decimals', () => {
  expect(price(482_034_500)).toBe('48,203.45')
  expect(price(860_025)).toBe('86.0025')
})

test('what has no answer is a dash', () => {
  expect([number(null), number(undefined), percent(Number.NaN)]).toEqual(['–', '–', '–'])
  expect(percent(-0.001, 'always')).toBe('0.00 %')
  expect(percent(12.345, 'always')).toBe('+12.35 %')
})
