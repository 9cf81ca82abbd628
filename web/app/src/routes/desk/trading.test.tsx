import { screen, waitFor, within } from '@testing-library/react'
import type { UserEvent } from '@testing-library/user-event'
import { expect, test } from 'vitest'
import { openDesk } from '@/testing/open_page'

const ticket = () => within(screen.getByRole('form', { name: 'Order ticket' }))
const rows = (name: string) => within(screen.getByRole('table', { name })).getAllByRole('row').slice(1)

async function limitBuy(user: UserEvent, price: string, quantity = '100') {
  await user.click(ticket().getByRole('radio', { name: 'LIMIT' }))
  await user.clear(ticket().getByLabelText('Quantity'))
  await user.type(ticket().getByLabelText('Quantity'), quantity)
  await user.clear(ticket().getByLabelText('Limit price'))
  await user.type(ticket().getByLabelText('Limit price'), price)
  await user.click(ticket().getByRole('button', { name: 'Review BUY' }))
}

test('an order is reviewed, sent once, seen in the table and cancelled there', async () => {
  const { desk, user } = await openDesk()
  await limitBuy(user, '900')
  const review = within(await screen.findByRole('dialog', { name: 'BUY 100 SBIN' }))
  expect(review.getByText('about ₹90,000.00')).toBeVisible()
  expect(review.getByText('PAPER')).toBeVisible()
  expect(review.getByText('none: the position has no protection')).toBeVisible()
  expect(desk.ledger.orders).toHaveLength(0)
  await user.click(review.getByRole('button', { name: 'Send BUY order' }))
  expect(within(await screen.findByRole('status', { name: 'Last order' })).getByText('Open')).toBeVisible()

  await waitFor(() => expect(rows('Orders')).toHaveLength(1))
  expect(rows('Orders')[0]).toHaveTextContent('BUY SBINLIMIT MIS0/100900.00')
  await user.click(screen.getByRole('button', { name: /Cancel order/ }))
  expect(await screen.findByText('No open orders.')).toBeVisible()
  expect(within(screen.getByRole('status', { name: 'Last order' })).getByText('Cancelled')).toBeVisible()
})

test('a lost answer is sent again under the same key, and the order exists once', async () => {
  const { desk, user } = await openDesk()
  await limitBuy(user, '900')
  desk.broken = 'POST /api/orders'
  await user.click(await screen.findByRole('button', { name: 'Send BUY order' }))
  expect(await screen.findByText(/Sending again is safe/)).toBeVisible()
  desk.broken = null
  await user.click(screen.getByRole('button', { name: 'Send again' }))
  await screen.findByRole('status', { name: 'Last order' })
  const keys = desk.asked.filter((one) => one.what === 'POST /api/orders').map((one) => one.key)
  expect(keys).toHaveLength(2)
  expect(keys[0]).toBeTruthy()
  expect(keys[1]).toBe(keys[0])
  expect(desk.ledger.orders).toHaveLength(1)
})

test('what the server refuses is told at its field, and the risk view has its figures', async () => {
  const { user, desk } = await openDesk()
  await limitBuy(user, '900', '6000')
  await user.click(await screen.findByRole('button', { name: 'Send BUY order' }))
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
  const quantity = ticket().getByLabelText('Quantity')
  expect(quantity).toHaveAccessibleDescription(
    'quantity 6000 is above the limit of 5000 for one order; order less, or raise the limit',
  )
  expect(quantity).toBeInvalid()
  expect(desk.ledger.orders).toHaveLength(0)
  await user.click(screen.getByRole('tab', { name: /Risk/ }))
  expect((await screen.findByRole('table', { name: 'Refusals' })).textContent).toContain('quantity 6,000, limit 5,000')
})

test('an off-tick price is told before anything is sent', async () => {
  const { user, desk } = await openDesk()
  await limitBuy(user, '900.02')
  await waitFor(() =>
    expect(ticket().getByLabelText('Limit price')).toHaveAccessibleDescription('900.02 is off the tick of 0.05'),
  )
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(desk.asked.some((one) => one.what === 'POST /api/orders')).toBe(false)
})

test('B and S open the ticket, the arrow keys step by lots', async () => {
  const { user } = await openDesk(() => {}, '/?instrument=NSE%3ANIFTY26NOVFUT')
  await user.keyboard('s')
  expect(ticket().getByRole('radio', { name: 'SELL' })).toBeChecked()
  const quantity = ticket().getByLabelText('Quantity')
  expect(quantity).toHaveFocus()
  expect(quantity).toHaveValue('65')
  await user.keyboard('{ArrowUp}{ArrowUp}{ArrowDown}')
  expect(quantity).toHaveValue('130')
})

test('a fill moves the position, and closing it says what goes out first', async () => {
  const { user, desk } = await openDesk()
  await user.click(ticket().getByRole('button', { name: 'Review BUY' }))
  await user.click(await screen.findByRole('button', { name: 'Send BUY order' }))
  expect(await within(await screen.findByRole('status', { name: 'Last order' })).findByText('Filled')).toBeVisible()
  await user.click(screen.getByRole('tab', { name: /Positions/ }))
  expect(await screen.findByText('long 1')).toBeVisible()
  const price = desk.market.prices.get('NSE:SBIN-EQ') ?? 0
  desk.tick('NSE:SBIN-EQ', price + 5)
  expect(await screen.findByRole('cell', { name: '+₹5.00' })).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Close NSE:SBIN-EQ of Manual' }))
  const dialog = within(await screen.findByRole('dialog'))
  expect(dialog.getByText('SELL')).toBeVisible()
  await user.click(dialog.getByRole('button', { name: 'Close position' }))
  expect(await screen.findByText('flat')).toBeVisible()
})

test('an order is changed by its own terms only', async () => {
  const { user, desk } = await openDesk()
  await limitBuy(user, '900')
  await user.click(await screen.findByRole('button', { name: 'Send BUY order' }))
  await user.click(await screen.findByRole('button', { name: /Change order/ }))
  const form = within(await screen.findByRole('form', { name: 'Change order' }))
  expect(form.queryByLabelText('Trigger price')).toBeNull()
  await user.click(form.getByRole('button', { name: 'Limit price: one tick more' }))
  await user.click(form.getByRole('button', { name: 'Send change' }))
  await waitFor(() => expect(rows('Orders')[0]).toHaveTextContent('900.05'))
  expect(desk.asked.find((one) => one.what.startsWith('PATCH'))?.body).toBe('{"limitPrice":900.05}')
})
