import { picturesForPrint } from './charts/frame'
import type { Page } from './page/types'
import { compare } from './sections/compare'
import { faults } from './sections/faults'
import { runView } from './sections/run'
import { study } from './sections/studies'
import { h } from './ui/element'
import { lightForPrint, themeButton } from './ui/theme'
import './style/base.css'
import './style/parts.css'
import './style/print.css'

function start(): void {
  const app = document.getElementById('app')
  const source = document.getElementById('page')
  if (!app || !source) return
  const page = JSON.parse(source.textContent ?? '') as Page
  // The text is large and has been read.
  source.remove()
  app.append(header(page))
  const found = faults(page.runs)
  if (found) app.append(found)
  for (const one of page.studies) app.append(study(one))
  if (page.runs.length > 1) app.append(compare(page.runs))
  if (page.runs.length > 0) app.append(runs(page))
  app.append(footer(page))
  // After the first view below.
  queueMicrotask(() => {
    document.documentElement.dataset.ready = String(Math.round(performance.now()))
  })
}

/** The one run, or a view for each with tabs; a view is made when it is first asked for. */
function runs(page: Page): HTMLElement {
  const place = h('div', {})
  const views = new Map<number, HTMLElement>()
  const show = (at: number) => {
    const run = page.runs[at]
    if (!run) return
    let view = views.get(at)
    if (!view) {
      view = h('div')
      place.append(view)
      view.append(runView(run, page.charts))
      views.set(at, view)
    }
    for (const [other, element] of views) element.hidden = other !== at
    tabs.forEach((tab, i) => tab.setAttribute('aria-selected', String(i === at)))
  }
  const tabs = page.runs.map((run, at) => h('button', { type: 'button', role: 'tab', click: () => show(at) }, `${at + 1} ${run.name}`))
  const bar = page.runs.length > 1 ? h('div', { class: 'tabs', role: 'tablist', 'aria-label': 'Runs' }, ...tabs) : null
  // Charts take their size from the page: it must hold them first.
  queueMicrotask(() => show(0))
  return h('div', {}, ...(bar ? [bar] : []), place)
}

function header(page: Page): HTMLElement {
  return h('header', {}, h('h1', {}, page.title), themeButton())
}

function footer(page: Page): HTMLElement {
  const link = h('a', { href: 'https://www.tradingview.com/', rel: 'noreferrer noopener' }, 'TradingView')
  return h(
    'footer',
    {},
    h('p', {}, `Written by ${page.madeBy}. Results of the past, on data that may be wrong, are no promise.`),
    h('p', {}, 'Charts: ', link, ' Lightweight Charts™, © TradingView, Inc., Apache License 2.0.'),
  )
}

let undo: (() => void)[] = []
addEventListener('beforeprint', () => {
  undo = [lightForPrint(), picturesForPrint()]
})
addEventListener('afterprint', () => {
  for (const step of undo) step()
  undo = []
})

start()
