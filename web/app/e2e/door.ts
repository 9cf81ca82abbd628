import type { Visit } from './desk'
import type { Steps } from './steps'
import { isBlamed, type Trader } from './trader'

/** Set up if nobody has yet, log out, log in, stay in. */
export async function comeIn(steps: Steps, trader: Trader, { setupToken, user, password }: Visit): Promise<void> {
  const { page } = steps
  if (setupToken && user && password) {
    const token = page.getByLabel('Set-up token')
    await steps.step('a wrong set-up token is told at its field', async () => {
      await token.fill('no-such-token')
      await page.getByLabel('Name').fill(user)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByLabel('Password again').fill(password)
      await page.getByRole('button', { name: /Make the admin/ }).click()
      await isBlamed(token)
      await steps.accessible('set-up')
    })
    await steps.step('first run: the set-up token makes the admin', async () => {
      await token.fill(setupToken)
      await page.getByRole('button', { name: /Make the admin/ }).click()
      await trader.panic.waitFor()
      // A desk to trade at, not an empty room; lakhs as India writes them.
      await page.getByLabel('Account figures').getByText('₹10,00,000.00').first().waitFor()
    })
    await steps.step('log out', async () => {
      await page.getByRole('button', { name: 'Log out' }).click()
      await page.getByRole('button', { name: 'Log in' }).waitFor()
      await steps.accessible('log-in')
    })
  }
  await steps.step('log in', () => trader.logIn(user, password))
  await steps.step('a reload stays logged in', () => trader.reload())
}
