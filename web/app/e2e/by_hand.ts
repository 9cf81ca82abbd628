import assert from 'node:assert/strict'
import type { Steps } from './steps'
import { isBlamed, type Trader } from './trader'

export async function watch(steps: Steps, trader: Trader): Promise<void> {
  await steps.step('ticks move', async () => {
    assert(await trader.changes(trader.watched.first(), 4), 'the watch list stands still')
    await steps.page.locator('canvas').first().waitFor()
  })
  await steps.step('candles by the day and by the minute, and of the moment that is pointed at', async () => {
    const { page } = steps
    const frames = page.getByRole('radiogroup', { name: 'Timeframe' }).getByRole('radio')
    const chart = page.getByRole('region', { name: /^Chart of/ })
    for (const frame of [frames.last(), frames.first()]) {
      const name = await frame.textContent()
      await frame.click()
      await chart.getByRole('img', { name: new RegExp(`^Candles of .*, ${name}$`) }).waitFor()
    }
    await chart.getByRole('img').hover({ position: { x: 200, y: 150 } })
    await chart.getByText(/\d\d:\d\d.*O .*H .*L .*C .*V /).waitFor()
    await page.mouse.move(0, 0)
  })
}

export async function tradeByHand(steps: Steps, trader: Trader): Promise<void> {
  const { page } = steps
  const { ticket, lastOrder, dialog } = trader
  // The run's orders stand beside them: it trades something else.
  const symbol = (await ticket.getByRole('heading').textContent()) ?? ''
  const placed = trader.rows('Orders').filter({ hasText: symbol }).first()
  const cancel = placed.getByRole('button', { name: /^Cancel order/ })
  await trader.open('Orders')
  await steps.step('review an order', async () => {
    await trader.bidBelow(60)
    await trader.review()
    await dialog.getByText(/^about ₹/).waitFor()
    await dialog.getByText('PAPER', { exact: true }).waitFor()
    await steps.accessible('review')
  })
  await steps.step('place it', async () => {
    await trader.send()
    await lastOrder.getByText('Open', { exact: true }).waitFor()
    await cancel.waitFor()
  })
  await steps.step('it is there after a reload, and is cancelled', async () => {
    await trader.reload()
    await cancel.click()
    await placed.waitFor({ state: 'detached' })
    await page.getByRole('radio', { name: 'All' }).click()
    await placed.getByText('Cancelled', { exact: true }).waitFor()
  })
  await steps.step('what the server refuses is told at its field', async () => {
    const stop = ticket.getByLabel('Stop loss', { exact: true })
    await ticket.getByLabel('Quantity', { exact: true }).fill('100')
    await stop.focus()
    // Above the market: no protection of what is bought.
    for (let tick = 0; tick < 60; tick++) await page.keyboard.press('ArrowUp')
    await trader.review()
    await trader.send()
    await isBlamed(stop)
    await stop.fill('')
  })
  await steps.step('a market order fills and is a position', async () => {
    await trader.review()
    await trader.send()
    await lastOrder.getByText('Filled').waitFor()
    await trader.open('Positions')
    await trader
      .rows('Positions')
      .filter({ hasText: symbol })
      .getByText(/^long 100/)
      .waitFor()
  })
  await steps.step('its P&L moves', async () => {
    assert(await trader.changes(trader.rows('Positions').filter({ hasText: symbol }), 3), 'the position stands still')
    assert(await trader.changes(page.getByLabel('Account figures'), 3), "the account's figures stand still")
  })
}
