import assert from 'node:assert/strict'
import { launch } from './browser'
import { looks, WIDE } from './looks'
import { Steps } from './steps'

export interface Visit {
  url: string
  chromium: string
  shots: string | null
  setupToken: string | null
  /** Null: the demo user, as the page fills it in. */
  user: string | null
  password: string | null
  runWaitSeconds: number
}

export async function atDesk({
  url,
  chromium,
  shots,
  setupToken,
  user,
  password,
  runWaitSeconds,
}: Visit): Promise<void> {
  const browser = await launch(chromium)
  const page = await (
    await browser.newContext({ viewport: WIDE, colorScheme: 'dark', timezoneId: 'America/New_York' })
  ).newPage()
  const steps = new Steps(page, shots, url)
  const step = steps.step.bind(steps)
  const panic = page.getByRole('button', { name: 'Panic' })
  const tab = (name: string) => page.getByRole('tab', { name: new RegExp(`^${name}`) })
  const ticket = page.getByRole('form', { name: 'Order ticket' })
  const first = page.getByRole('list', { name: 'Watch list' }).getByRole('listitem')
  const logIn = async () => {
    if (user && password) {
      await page.getByLabel('Name').fill(user)
      await page.getByLabel('Password').fill(password)
    }
    await page.getByRole('button', { name: 'Log in' }).click()
    await panic.waitFor()
  }

  try {
    await page.goto(url)
    if (setupToken && user && password) {
      await step('first run: the set-up token makes the admin', async () => {
        await page.getByLabel('Set-up token').fill(setupToken)
        await page.getByLabel('Name').fill(user)
        await page.getByLabel('Password', { exact: true }).fill(password)
        await page.getByLabel('Password again').fill(password)
        await steps.accessible('set-up')
        await page.getByRole('button', { name: /Make the admin/ }).click()
        await panic.waitFor()
      })
      await step('log out', async () => {
        await page.getByRole('button', { name: 'Log out' }).click()
        await page.getByRole('button', { name: 'Log in' }).waitFor()
        await steps.accessible('log-in')
      })
    }
    await step('log in', logIn)
    await step('a reload stays logged in', async () => {
      await page.reload()
      await page.getByRole('status', { name: 'Feed: Feed on' }).waitFor()
    })
    await step('ticks move', async () => {
      const seen = new Set<string>()
      for (let look = 0; look < 100 && seen.size < 4; look++) {
        seen.add((await first.allTextContents()).join())
        await page.waitForTimeout(150)
      }
      assert(seen.size >= 4, 'the watch list stands still')
      await page.locator('canvas').first().waitFor()
    })

    await step('place an order', async () => {
      await page.keyboard.press('b')
      await ticket.getByRole('radio', { name: 'LIMIT' }).click()
      const limit = ticket.getByLabel('Limit price', { exact: true })
      await limit.focus()
      await page.keyboard.press('ArrowUp')
      for (let tick = 0; tick < 60; tick++) await page.keyboard.press('ArrowDown')
      await ticket.getByRole('button', { name: 'Review BUY' }).click()
      await page
        .getByRole('dialog')
        .getByText(/^about ₹/)
        .waitFor()
      await page.getByRole('button', { name: 'Send BUY order' }).click()
      await ticket
        .getByRole('status', { name: 'Last order' })
        .getByText(/Open|Sent|Pending/)
        .waitFor()
      await tab('Orders').click()
      await page
        .getByRole('button', { name: /^Cancel order/ })
        .first()
        .waitFor()
    })
    await step('cancel it', async () => {
      await page
        .getByRole('button', { name: /^Cancel order/ })
        .first()
        .click()
      await ticket.getByRole('status', { name: 'Last order' }).getByText('Cancelled', { exact: true }).waitFor()
    })
    await step('a market order fills and is a position', async () => {
      await ticket.getByRole('radio', { name: 'MARKET' }).click()
      await ticket.getByRole('button', { name: 'Review BUY' }).click()
      await page.getByRole('button', { name: 'Send BUY order' }).click()
      await ticket.getByRole('status', { name: 'Last order' }).getByText('Filled').waitFor()
      await tab('Positions').click()
      await page
        .getByRole('table', { name: 'Positions' })
        .getByText(/^long /)
        .first()
        .waitFor()
    })
    await step('a run trades', async () => {
      await tab('Runs').click()
      await page.getByRole('button', { name: 'Start a run' }).click()
      const form = page.getByRole('form', { name: 'Start a run' })
      await form.waitFor()
      const options = await form.getByLabel('Strategy').locator('option').allTextContents()
      const built = options.find((one) => one.includes('sma_cross')) ?? options[1]
      assert(built, 'there is no strategy to run')
      await form.getByLabel('Strategy').selectOption(built)
      // Not what was bought by hand: the other side of it would be refused to the run.
      await form.getByRole('checkbox').nth(1).check()
      await form.getByLabel('Parameters').fill(built.includes('sma_cross') ? 'fast=2, slow=3' : '')
      await steps.accessible('start a run')
      await form.getByRole('button', { name: 'Start trading' }).click()
      const table = page.getByRole('table', { name: 'Runs' })
      await table.getByText('Running').first().waitFor()
      await table
        .getByRole('row')
        .nth(1)
        .getByText(/^(long|short) /)
        .waitFor({ timeout: runWaitSeconds * 1_000 })
    })

    await looks(steps)
    await step('panic says what it will do', async () => {
      await page.keyboard.press('Shift+P')
      await page
        .getByRole('dialog')
        .getByText(/closes [1-9]\d* position/)
        .waitFor()
      await steps.accessible('panic')
    })
    await step('panic flattens', async () => {
      await page.getByRole('button', { name: 'Cancel, flatten and lock' }).click()
      await page.getByRole('dialog', { name: 'Panic: done' }).waitFor()
      await page.getByRole('button', { name: 'Close', exact: true }).click()
      await tab('Positions').click()
      await page.getByText('0 open, each in its own book').waitFor()
      await tab('Risk').click()
      await page.getByRole('list', { name: 'Locks' }).getByRole('listitem').first().waitFor()
    })
    await step('what was traded is told', async () => {
      await tab('Trades').click()
      await page.getByRole('table', { name: 'Trades' }).waitFor()
    })
    await step('unlock with a reason', async () => {
      await tab('Risk').click()
      while ((await page.getByRole('button', { name: /^Unlock / }).count()) > 0) {
        const left = await page.getByRole('button', { name: /^Unlock / }).count()
        await page
          .getByRole('button', { name: /^Unlock / })
          .first()
          .click()
        await page.getByLabel('Reason').fill('the drill is over')
        await page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click()
        await page.waitForFunction(
          (before) => document.querySelectorAll('button[aria-label^="Unlock "]').length < before,
          left,
        )
      }
      await page.getByText('Nothing is locked.').waitFor()
    })
    assert.deepEqual(steps.faults, [], 'faults seen on the way')
  } finally {
    await browser.close()
  }
}
