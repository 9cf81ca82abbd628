import type { Steps } from './steps'

export const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 760 }

/** The desk in both colours and on a phone. */
export async function looks(steps: Steps): Promise<void> {
  const { page } = steps
  await steps.step('light colours', async () => {
    await page.getByRole('button', { name: 'Light colours' }).click()
    await steps.accessible('desk, light')
  })
  await steps.step('dark colours', async () => {
    await page.getByRole('button', { name: 'Dark colours' }).click()
    await steps.accessible('desk, dark')
  })
  await page.setViewportSize(PHONE)
  for (const name of ['Watch', 'Chart', 'Trade', 'Orders', 'Book']) {
    await steps.step(`phone: ${name}`, async () => {
      await page.getByRole('navigation', { name: 'Views' }).getByRole('button', { name }).click()
      await page.waitForTimeout(300)
      await steps.fits(`phone, ${name}`)
    })
  }
  await page.setViewportSize(WIDE)
}
