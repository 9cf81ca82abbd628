import { screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { isOpen } from '@/api/types'
import type { FakeDesk } from '@/testing/desk/fake_desk'
import { openDesk } from '@/testing/open_page'

function busy(desk: FakeDesk): void {
  const order = { accountId: 1, instrument: 'NSE:SBIN-EQ', side: 'BUY', product: 'MIS', quantity: 10 } as const
  desk.ledger.place({ ...order, type: 'MARKET' })
  desk.ledger.place({ ...order, type: 'LIMIT', limitPrice: 500 })
  const { id } = desk.runs.keep('sma_cross', { strategy: 'sma_cross' })
  desk.runs.start(id, { accountId: 1, instruments: ['NSE:ITC-EQ'], timeframe: '1m', sizing: { quantity: 5 } })
}

test('panic by key: says what will happen, does it once, reports, and the lock shows', async () => {
  const { desk, user } = await openDesk(busy)
  await screen.findByRole('tab', { name: 'Positions 1' })
  await user.keyboard('{Shift>}P{/Shift}')
  const dialog = within(await screen.findByRole('dialog', { name: 'Panic: flatten Paper account?' }))
  expect(dialog.getByText('cancels 1 open order')).toBeVisible()
  expect(dialog.getByText('closes 1 position at the market')).toBeVisible()
  expect(dialog.getByRole('button', { name: 'Cancel, flatten and lock' })).toHaveFocus()
  expect(desk.ledger.orders.some(isOpen)).toBe(true)
  await user.keyboard('{Enter}')
  expect(await screen.findByText('1 order cancelled')).toBeVisible()
  expect(screen.getByText(/1 exit order sent: 261121/)).toBeVisible()
  expect(desk.ledger.orders.some(isOpen)).toBe(false)
  expect(desk.ledger.positions.every((one) => one.quantity === 0)).toBe(true)
  await user.click(screen.getByRole('button', { name: 'Close' }))
  expect(await screen.findByText('New entries are locked:')).toBeVisible()

  await user.click(screen.getByRole('tab', { name: 'Risk 1' }))
  await user.click(await screen.findByRole('button', { name: 'Unlock Account 1' }))
  const unlock = within(await screen.findByRole('dialog'))
  expect(unlock.getByRole('button', { name: 'Unlock' })).toBeDisabled()
  await user.type(unlock.getByLabelText('Reason'), 'a drill')
  await user.click(unlock.getByRole('button', { name: 'Unlock' }))
  expect(await screen.findByText('Nothing is locked.')).toBeVisible()
  expect(desk.asked.find((one) => one.what.endsWith('/unlock'))?.body).toBe(
    '{"scope":"account","id":1,"reason":"a drill"}',
  )
})

test('a viewer sees everything and can do nothing', async () => {
  await openDesk((desk) => {
    busy(desk)
    desk.access.user = { ...desk.access.user, role: 'viewer', permissions: ['desk.read'] }
  })
  expect(screen.getByRole('button', { name: 'Panic' })).toBeDisabled()
  expect(screen.getByRole('button', { name: 'A viewer cannot trade' })).toBeDisabled()
  expect(await screen.findByRole('button', { name: /Cancel order/ })).toBeDisabled()
})

test('a run is started, paused, and stopped with its position kept or closed', async () => {
  const { desk, user } = await openDesk(() => {}, '/?instrument=NSE%3ASBIN-EQ&tab=runs')
  await user.click(await screen.findByRole('button', { name: 'Start a run' }))
  const form = within(await screen.findByRole('form', { name: 'Start a run' }))
  await user.click(form.getByRole('button', { name: 'Start trading' }))
  expect(await form.findByText('choose a strategy')).toBeVisible()
  await user.selectOptions(form.getByLabelText('Strategy'), 'sma_cross (built in)')
  expect(form.getByText('10 unless said, 2 to 500: bars of the fast average')).toBeVisible()
  await user.click(form.getByLabelText('SBIN'))
  await user.type(form.getByLabelText('Parameters'), 'fast=5, slow=20')
  await user.click(form.getByRole('button', { name: 'Start trading' }))
  expect(await screen.findByText('Running')).toBeVisible()
  const sent = JSON.parse(desk.asked.find((one) => one.what === 'POST /api/strategies/1/runs')?.body ?? '{}') as object
  expect(sent).toMatchObject({
    instruments: ['NSE:SBIN-EQ'],
    parameters: { fast: 5, slow: 20 },
    sizing: { quantity: 1 },
    stop: 'pct=1',
  })

  for (let step = 0; step < 40; step++) desk.walk()
  expect(await screen.findByText('long 1')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Pause sma_cross #1' }))
  expect(await screen.findByText('Paused')).toBeVisible()
  await user.click(screen.getByRole('button', { name: 'Stop sma_cross #1' }))
  await user.click(await screen.findByRole('radio', { name: /Square off/ }))
  await user.click(screen.getByRole('button', { name: 'Stop and square off' }))
  await waitFor(() => expect(screen.getByText('Stopped')).toBeVisible())
  expect(desk.ledger.positions[0]?.quantity).toBe(0)
})
