import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/** The parts of the page that a trader works with, found as a trader finds them: by what they are and what they say. */
export class Trader {
  readonly panic: Locator
  readonly ticket: Locator
  readonly lastOrder: Locator
  readonly watched: Locator
  readonly dialog: Locator

  constructor(readonly page: Page) {
    this.panic = page.getByRole('button', { name: 'Panic' })
    this.ticket = page.getByRole('form', { name: 'Order ticket' })
    this.lastOrder = this.ticket.getByRole('status', { name: 'Last order' })
    this.watched = page.getByRole('list', { name: 'Watch list' }).getByRole('listitem')
    this.dialog = page.getByRole('dialog')
  }

  async logIn(user: string | null, password: string | null): Promise<void> {
    if (user && password) {
      await this.page.getByLabel('Name').fill(user)
      await this.page.getByLabel('Password').fill(password)
    }
    await this.page.getByRole('button', { name: 'Log in' }).click()
    await this.panic.waitFor()
  }

  /** What is on the page may not live in the page only. */
  async reload(): Promise<void> {
    await this.page.reload()
    await this.page.getByRole('status', { name: 'Feed: Feed on' }).waitFor()
  }

  async open(tab: 'Orders' | 'Positions' | 'Trades' | 'Runs' | 'Risk'): Promise<void> {
    await this.page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
  }

  /** Rows of a table in the book, without its head. */
  rows(table: string): Locator {
    return this.page.getByRole('table', { name: table }).locator('tbody').getByRole('row')
  }

  /** Types into the ticket, so many ticks below the market. */
  async bidBelow(ticks: number): Promise<void> {
    await this.page.keyboard.press('b')
    await this.ticket.getByRole('radio', { name: 'LIMIT' }).click()
    await this.ticket.getByLabel('Limit price', { exact: true }).focus()
    for (let tick = 0; tick <= ticks; tick++) await this.page.keyboard.press(tick === 0 ? 'ArrowUp' : 'ArrowDown')
  }

  async review(): Promise<void> {
    await this.ticket.getByRole('button', { name: /^Review/ }).click()
  }

  async send(): Promise<void> {
    await this.page.getByRole('button', { name: /^Send (BUY|SELL) order/ }).click()
  }

  /** Whether what an element says takes so many different values before long. */
  async changes(what: Locator, times: number): Promise<boolean> {
    const seen = new Set<string>()
    for (let look = 0; look < 100 && seen.size < times; look++) {
      seen.add((await what.allTextContents()).join())
      await this.page.waitForTimeout(150)
    }
    return seen.size >= times
  }
}

/** Waits until a field, and no other, is marked as wrong, with words that say why. */
export async function isBlamed(field: Locator): Promise<void> {
  const wrong = field.page().locator('input[aria-invalid=true]')
  await wrong.waitFor()
  const [named, marked] = [await field.getAttribute('id'), await wrong.getAttribute('id')]
  assert.equal(marked, named, 'another field is marked')
  const why = await field.page().locator(`[id="${named}-error"]`).textContent()
  assert(why && why.length > 10, 'it is not said why')
}
