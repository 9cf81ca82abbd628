// Opens a report as a reader would and prints, as JSON, what is there and what happened.
//   node browser/look.mjs REPORT [--width 390] [--dark] [--png FILE] [--pdf FILE]
// Prints {"skipped": "…"} where there is no Chromium.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { find, open } from './chromium.mjs'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { width: { type: 'string' }, dark: { type: 'boolean' }, png: { type: 'string' }, pdf: { type: 'string' } },
})
const browser = find()
if (!browser) {
  console.log(JSON.stringify({ skipped: 'there is no Chromium' }))
  process.exit(0)
}

/** Runs in the page: sorts, filters and jumps as a reader would. */
function read() {
  const all = (selector) => [...document.querySelectorAll(selector)]
  const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  const visible = (element) => element.offsetParent !== null
  return (async () => {
    const facts = {
      readyMs: Number(document.documentElement.dataset.ready),
      title: document.title,
      sections: all('section').filter(visible).map((section) => section.id),
      sentence: document.querySelector('.sentence')?.textContent ?? '',
      faults: all('.faults li').map((item) => item.textContent),
      faultsFirst: document.querySelector('.faults')?.previousElementSibling?.tagName === 'HEADER',
      doubts: all('.doubts li').map((item) => item.textContent),
      figures: Object.fromEntries(all('.tile').map((tile) => [tile.children[0].textContent, tile.children[1].textContent])),
      canvases: all('canvas').filter((canvas) => canvas.width > 0).length,
      overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
      injected: window.injected === true || all('main script, main b, main img').length > 0,
    }
    const net = () => document.querySelector('.trades tbody tr:not(.space) td:last-child')?.textContent
    const head = all('.trades th button').find((button) => button.textContent === 'Net P&L')
    if (head && visible(head)) {
      head.click()
      facts.best = net()
      head.click()
      facts.worst = net()
      const result = document.querySelector('.filter select[aria-label="Result"]')
      if (result) {
        result.value = '0'
        result.dispatchEvent(new Event('input'))
        facts.won = document.querySelector('#trades [role=status]').textContent
        result.value = ''
        result.dispatchEvent(new Event('input'))
      }
      const jump = document.querySelector('.jump')
      if (jump) {
        jump.click()
        await frame()
        facts.jumped = document.querySelector('#candles .bar [role=status]').textContent
      }
    }
    const background = () => getComputedStyle(document.body).backgroundColor
    const before = background()
    document.querySelector('.theme').click()
    await frame()
    facts.themes = before !== background()
    document.querySelector('.theme').click()
    scrollTo(0, 0)
    return facts
  })()
}

const page = await open(browser, resolve(positionals[0]), { width: Number(values.width ?? 1280), dark: values.dark })
try {
  if (values.png) {
    const { cssContentSize } = await page.send('Page.getLayoutMetrics')
    const clip = { x: 0, y: 0, width: cssContentSize.width, height: cssContentSize.height, scale: 1 }
    const { data } = await page.send('Page.captureScreenshot', { clip, captureBeyondViewport: true })
    writeFileSync(values.png, data, 'base64')
  }
  if (values.pdf) {
    const { data } = await page.send('Page.printToPDF', { preferCSSPageSize: true, printBackground: true })
    writeFileSync(values.pdf, data, 'base64')
  }
  const facts = await page.evaluate(`(${read})()`)
  const { metrics } = await page.send('Performance.getMetrics').catch(() => ({ metrics: [] }))
  const heap = metrics.find((metric) => metric.name === 'JSHeapUsedSize')?.value
  console.log(JSON.stringify({ ...facts, openedMs: page.openedMs, heap, errors: page.errors, requests: page.requests() }))
} finally {
  await page.close()
}
