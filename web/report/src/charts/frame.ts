import { ColorType, createChart, LineStyle, type DeepPartial, type IChartApi, type TimeChartOptions } from 'lightweight-charts'
import { clock, day, IST_SECONDS, monthName } from '../format/time'
import { h } from '../ui/element'
import { colour, onTheme } from '../ui/theme'

/**
 * One chart of the library, in our colours, in Indian time, and on paper.
 *
 * The library knows UTC only: times are handed over shifted by the IST offset, and read back the same way.
 */
export interface Frame {
  element: HTMLElement
  chart: IChartApi
  /** Takes colours from the style sheet, now and whenever they change. */
  paint(apply: () => void): void
  /** Runs when the chart has its width: what is in view cannot be set before. */
  sized(act: () => void): void
}

export function toChart(seconds: number): number {
  return seconds + IST_SECONDS
}

export function fromChart(time: unknown): number {
  return Number(time) - IST_SECONDS
}

/** Pixels between the margins of A4. */
const PAPER_WIDTH = 700
const PAPER_HEIGHT = 330

const frames = new Set<{ element: HTMLElement; chart: IChartApi }>()

export function frame(label: string, height: number, options: DeepPartial<TimeChartOptions> = {}): Frame {
  const canvas = h('div', { class: 'chart', style: `height:${height}px`, role: 'img', 'aria-label': label })
  const element = h('div', { class: 'frame' }, canvas)
  const chart = createChart(canvas, {
    autoSize: true,
    localization: {
      timeFormatter: (time: unknown) => {
        const at = fromChart(time)
        return options.timeScale?.timeVisible ? `${day(at)} ${clock(at)}` : day(at)
      },
    },
    ...options,
    timeScale: {
      secondsVisible: false,
      tickMarkFormatter: (time: unknown, kind: number) => {
        const at = fromChart(time)
        const date = new Date(Number(time) * 1_000)
        if (kind === 0) return String(date.getUTCFullYear())
        if (kind === 1) return monthName(date.getUTCMonth() + 1)
        return kind === 2 ? String(date.getUTCDate()) : clock(at)
      },
      ...options.timeScale,
    },
  })
  const paint = (apply: () => void) => {
    apply()
    onTheme(apply)
  }
  paint(() => {
    const line = colour('line')
    chart.applyOptions({
      layout: {
        background: { type: ColorType.Solid, color: colour('card') },
        textColor: colour('soft'),
        fontFamily: getComputedStyle(document.body).fontFamily,
        panes: { separatorColor: line, separatorHoverColor: colour('hover') },
      },
      grid: { vertLines: { color: colour('grid') }, horzLines: { color: colour('grid') } },
      rightPriceScale: { borderColor: line },
      timeScale: { borderColor: line },
      crosshair: {
        vertLine: { color: colour('soft'), style: LineStyle.Dotted, labelBackgroundColor: colour('ink-soft') },
        horzLine: { color: colour('soft'), style: LineStyle.Dotted, labelBackgroundColor: colour('ink-soft') },
      },
    })
  })
  frames.add({ element, chart })
  const sized = (act: () => void) => {
    const observer = new ResizeObserver(() => {
      if (canvas.clientWidth === 0) return
      observer.disconnect()
      act()
    })
    observer.observe(canvas)
  }
  return { element, chart, paint, sized }
}

/** Puts a picture beside every chart that is on the page: canvases do not follow the width of paper. */
export function picturesForPrint(): () => void {
  const pictures: HTMLElement[] = []
  for (const { element, chart } of frames) {
    // Of several runs only one is shown.
    if (element.offsetParent === null) continue
    // Drawn anew at about the width of the paper, so that letters keep their size.
    const inView = chart.timeScale().getVisibleLogicalRange()
    const keep = () => inView && chart.timeScale().setVisibleLogicalRange(inView)
    chart.applyOptions({ autoSize: false })
    chart.resize(PAPER_WIDTH, Math.min(PAPER_HEIGHT, chart.chartElement().clientHeight), true)
    keep()
    const picture = h('img', { class: 'print-only', alt: '', src: chart.takeScreenshot(true).toDataURL() })
    chart.applyOptions({ autoSize: true })
    keep()
    element.append(picture)
    pictures.push(picture)
  }
  return () => {
    for (const picture of pictures) picture.remove()
  }
}
