import { expect, test } from 'vitest'
import { said } from './said'

test('rupees in a sentence are grouped; prices without the sign, orders and names stay', () => {
  expect(said('needs ₹23886000000.00 of margin, ₹1000000.00 is available')).toBe(
    'needs ₹23,88,60,00,000.00 of margin, ₹10,00,000.00 is available',
  )
  expect(said('order 2611220010000002 of NIFTY26NOVFUT at ₹999.50, or ₹1,000.00')).toBe(
    'order 2611220010000002 of NIFTY26NOVFUT at ₹999.50, or ₹1,000.00',
  )
})
