import type { Steps } from './steps'
import { isBlamed, type Trader } from './trader'

/** Starts a run that is sure to trade when its first candle closes. */
export async function startRun(steps: Steps, trader: Trader): Promise<void> {
  const { page } = steps
  const form = page.getByRole('form', { name: 'Start a run' })
  await trader.open('Runs')
  await steps.step('a parameter that the strategy has not is told at its field', async () => {
    await page.getByRole('button', { name: 'Start a run' }).click()
    await form.getByLabel('Strategy').selectOption({ label: 'sma_cross (built in)' })
    // Not what is bought by hand: the other side of it would be refused to the run.
    await form.getByRole('checkbox').nth(1).check()
    await form.getByLabel('Parameters').fill('speed=2')
    await form.getByRole('button', { name: 'Start trading' }).click()
    await isBlamed(form.getByLabel('Parameters'))
    await steps.accessible('start a run')
  })
  await steps.step('start a run', async () => {
    await form.getByLabel('Strategy').selectOption({ label: 'buy_and_hold (built in)' })
    await form.getByLabel('Parameters').fill('')
    await form.getByRole('button', { name: 'Start trading' }).click()
    await trader.rows('Runs').first().getByText('Running').waitFor()
  })
}

export async function runTrades(steps: Steps, trader: Trader, seconds: number): Promise<void> {
  await trader.open('Runs')
  const held = trader
    .rows('Runs')
    .first()
    .getByText(/^long /)
  await steps.step('the run trades', () => held.waitFor({ timeout: seconds * 1_000 }))
  await steps.step('and has after a reload', async () => {
    await trader.reload()
    await held.waitFor()
    await trader.open('Positions')
    await steps.page.getByText('2 open, each in its own book').waitFor()
  })
}
