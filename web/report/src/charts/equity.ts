import { AreaSeries, LineSeries, LineStyle, type LineWidth, type UTCTimestamp } from 'lightweight-charts'
import { percent, rupees, short } from '../format/rupees'
import { day, moment } from '../format/time'
import { decode } from '../page/column'
import type { CurveData } from '../page/types'
import { h } from '../ui/element'
import { colour } from '../ui/theme'
import { frame, toChart } from './frame'

const SCALE = 10_000
/** Drawdowns come in millionths. */
const MILLIONTHS_A_PERCENT = 10_000
export const RUN_COLOURS = ['run-1', 'run-2', 'run-3', 'run-4', 'run-5', 'run-6']

function points(times: Float64Array, values: Float64Array, unit: number) {
  return Array.from(times, (time, i) => ({ time: toChart(time) as UTCTimestamp, value: (values[i] as number) / unit }))
}

/** Equity above, how far below its peak underneath, buy and hold beside it where it is known. */
export function equityChart(curve: CurveData): HTMLElement {
  const [times, equity, fall] = [decode(curve.time), decode(curve.equity), decode(curve.drawdown)]
  const held = curve.buyAndHold ? decode(curve.buyAndHold) : null
  const { element, chart, paint, sized } = frame('Equity and drawdown', 420, { timeScale: { minBarSpacing: 0.01 } })
  const money = { type: 'custom' as const, minMove: 0.01, formatter: (value: number) => short(value * SCALE) }
  const quiet = { priceLineVisible: false, lastValueVisible: true }
  const beside = held ? chart.addSeries(LineSeries, { ...quiet, priceFormat: money, lineWidth: 1, lineStyle: LineStyle.Dashed }) : null
  const line = chart.addSeries(LineSeries, { ...quiet, priceFormat: money, lineWidth: 2 })
  const below = chart.addSeries(
    AreaSeries,
    { ...quiet, lineWidth: 1, invertFilledArea: true, priceFormat: { type: 'custom', minMove: 0.01, formatter: (v: number) => percent(v, 'minus', 1) } },
    1,
  )
  line.setData(points(times, equity, SCALE))
  below.setData(points(times, fall, MILLIONTHS_A_PERCENT))
  if (held) beside?.setData(points(times, held, SCALE))
  chart.panes()[0]?.setStretchFactor(3)
  chart.panes()[1]?.setStretchFactor(1)
  paint(() => {
    line.applyOptions({ color: colour('run-1') })
    beside?.applyOptions({ color: colour('soft') })
    below.applyOptions({ lineColor: colour('loss'), topColor: colour('loss-fill'), bottomColor: colour('loss-fill') })
  })
  const legend = h('div', { class: 'legend' })
  element.prepend(legend)
  const tell = (i: number) => {
    if (!(i in times)) return
    const parts = [
      h('span', {}, `${moment(times[i] as number)}`),
      h('span', { class: 'key run-1' }, `Equity ${rupees(equity[i] as number)}`),
      held && h('span', { class: 'key held' }, `Buy and hold ${rupees(held[i] as number)}`),
      h('span', { class: 'key fall' }, `Below peak ${percent((fall[i] as number) / MILLIONTHS_A_PERCENT)}`),
    ]
    legend.replaceChildren(...parts.filter((part) => part !== null))
  }
  chart.subscribeCrosshairMove((at) => tell(at.logical === undefined ? times.length - 1 : Math.round(at.logical)))
  tell(times.length - 1)
  sized(() => chart.timeScale().fitContent())
  return element
}

/** Several runs: percent of the cash each began with, by day. */
export function comparedChart(runs: { name: string; curve: CurveData; cash: number }[]): HTMLElement {
  const { element, chart, paint, sized } = frame('Equity of the runs compared', 380, { timeScale: { minBarSpacing: 0.01 } })
  const format = { type: 'custom' as const, minMove: 0.01, formatter: (v: number) => percent(v, 'always', 1) }
  const legend = h('div', { class: 'legend' })
  element.prepend(legend)
  runs.forEach((run, i) => {
    const name = RUN_COLOURS[i % RUN_COLOURS.length] as string
    const style = i < RUN_COLOURS.length ? LineStyle.Solid : LineStyle.Dashed
    const series = chart.addSeries(LineSeries, {
      priceFormat: format,
      lineWidth: 2 as LineWidth,
      lineStyle: style,
      priceLineVisible: false,
    })
    const byDay = new Map<number, number>()
    const [times, equity] = [decode(run.curve.time), decode(run.curve.equity)]
    times.forEach((time, at) => {
      const date = Math.floor(toChart(time - 1) / 86_400) * 86_400
      byDay.set(date, (((equity[at] as number) - run.cash) / run.cash) * 100)
    })
    series.setData(Array.from(byDay, ([time, value]) => ({ time: time as UTCTimestamp, value })))
    paint(() => series.applyOptions({ color: colour(name) }))
    const [first, last] = [times[0], times.at(-1)]
    const span = first === undefined || last === undefined ? '' : ` (${day(first)} – ${day(last)})`
    legend.append(h('span', { class: `key ${name}` }, `${i + 1} ${run.name}${span}`))
  })
  sized(() => chart.timeScale().fitContent())
  return element
}
