import type { Steps } from './steps'
import type { Trader } from './trader'

export async function panic(steps: Steps, trader: Trader): Promise<void> {
  const { page } = steps
  const flat = async () => {
    await trader.open('Positions')
    await page.getByText('0 open, each in its own book').waitFor()
    await trader.open('Risk')
    await page.getByRole('list', { name: 'Locks' }).getByRole('listitem').first().waitFor()
  }
  await steps.step('panic says what it will do', async () => {
    await page.keyboard.press('Shift+P')
    await trader.dialog.getByText('closes 2 positions').waitFor()
    await steps.accessible('panic')
  })
  await steps.step('panic flattens', async () => {
    await page.getByRole('button', { name: 'Cancel, flatten and lock' }).click()
    await page.getByRole('dialog', { name: 'Panic: done' }).waitFor()
    await page.getByRole('button', { name: 'Close', exact: true }).click()
    await flat()
  })
  await steps.step('and it is flat and locked after a reload', async () => {
    await trader.reload()
    await flat()
    await trader.ticket.getByText('New entries are locked').waitFor()
  })
  await steps.step('what was traded is told', async () => {
    await trader.open('Trades')
    await trader.rows('Trades').nth(1).waitFor()
  })
}

export async function unlock(steps: Steps, trader: Trader): Promise<void> {
  const { page } = steps
  const locked = page.getByRole('button', { name: /^Unlock / })
  await steps.step('unlock with a reason', async () => {
    await trader.open('Risk')
    await locked.first().waitFor()
    for (let left = await locked.count(); left > 0; left = await locked.count()) {
      await locked.first().click()
      await page.getByLabel('Reason').fill('the drill is over')
      await trader.dialog.getByRole('button', { name: 'Unlock' }).click()
      await page.waitForFunction(
        (before) => document.querySelectorAll('button[aria-label^="Unlock "]').length < before,
        left,
      )
    }
    await page.getByText('Nothing is locked.').waitFor()
  })
}
