import { AxeBuilder } from '@axe-core/playwright'
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'

/** What goes on in the page while it is worked at, kept for the end. */
export class Steps {
  readonly faults: string[] = []
  private shown = 0

  constructor(
    readonly page: Page,
    private readonly shots: string | null,
    origin: string,
  ) {
    if (shots) mkdirSync(shots, { recursive: true })
    page.on('pageerror', (error) => this.faults.push(`script error: ${error.message}`))
    page.on('console', (message) => {
      const text = message.text()
      // The browser notes by itself what the server refuses: a first visit has no session, and wrong things are tried.
      if (message.type() === 'error' && !/status of (401|403|422)/.test(text)) this.faults.push(`console: ${text}`)
    })
    page.on('request', (request) => {
      const url = new URL(request.url())
      if (url.protocol !== 'data:' && url.protocol !== 'blob:' && url.host !== new URL(origin).host)
        this.faults.push(`foreign request: ${url.href}`)
    })
  }

  async step(name: string, work: () => Promise<void>): Promise<void> {
    const at = performance.now()
    try {
      await work()
    } catch (error) {
      const folder = this.shots ?? mkdtempSync(join(tmpdir(), 'sauda-e2e-'))
      const file = await this.shot(`failed ${name}`, folder)
      throw new Error(`not so: ${name}; the page then: ${file}; seen before: ${this.faults.join('; ')}`, {
        cause: error,
      })
    }
    await this.shot(name)
    console.log(`ok  ${name} (${Math.round(performance.now() - at)} ms)`)
  }

  async shot(name: string, folder = this.shots): Promise<string | null> {
    this.shown += 1
    if (!folder) return null
    const file = `${String(this.shown).padStart(2, '0')}-${name.replace(/[^a-z0-9]+/gi, '-')}.png`
    await this.page.screenshot({ path: join(folder, file) })
    return join(folder, file)
  }

  /** Names, roles, contrast: what a reader of the screen or a poor eye needs. */
  async accessible(where: string): Promise<void> {
    const { violations } = await new AxeBuilder({ page: this.page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa'])
      // Without frames there is nothing to gather: otherwise it opens a page of its own, and ours stands in the back.
      .setLegacyMode(true)
      .analyze()
    for (const { id, help, nodes } of violations) {
      this.faults.push(`${where}: ${id}: ${help}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`)
    }
  }

  async fits(where: string): Promise<void> {
    const over = await this.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    )
    if (over > 0) this.faults.push(`${where}: ${over} px wider than the screen`)
  }
}
