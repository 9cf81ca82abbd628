import { CandlestickSeries, HistogramSeries, LineStyle, type IPriceLine, type UTCTimestamp } from 'lightweight-charts'
import { count, price } from '../format/rupees'
import { moment } from '../format/time'
import { decode, lastAtOrBefore } from '../page/column'
import { isShort, type Trades } from '../page/trades'
import type { ChartData, OpenPosition } from '../page/types'
import { h } from '../ui/element'
import { colour } from '../ui/theme'
import { frame, toChart } from './frame'
import { TradeMarks, type Mark } from './trade_marks'

const SCALE = 10_000
/** Candles in view at first, and around a trade that is jumped to. */
const IN_VIEW = 160

export interface CandleChart {
  element: HTMLElement
  /** Brings a trade to the middle and marks it. */
  show(trade: number): void
  showAll(): void
  showEnd(): void
}

export function candleChart(data: ChartData, trades: Trades, open: OpenPosition[]): CandleChart {
  const times = decode(data.time)
  const opens = decode(data.open)
  const [highs, lows, closes] = [data.high, data.low, data.close].map((column) => {
    const offsets = decode(column)
    for (let i = 0; i < offsets.length; i++) offsets[i] = (offsets[i] as number) + (opens[i] as number)
    return offsets
  }) as [Float64Array, Float64Array, Float64Array]
  const volumes = data.volume ? decode(data.volume) : null
  const intraday = !data.timeframe.endsWith('d')

  const { element, chart, paint, sized } = frame(`Candles of ${data.symbol}`, 460, {
    timeScale: { timeVisible: intraday, minBarSpacing: 0.01, rightOffset: 4 },
    rightPriceScale: { scaleMargins: { top: 0.08, bottom: volumes ? 0.2 : 0.08 } },
  })
  const candles = chart.addSeries(CandlestickSeries, {
    priceFormat: { type: 'custom', minMove: 0.0001, formatter: (rupees: number) => price(Math.round(rupees * SCALE)) },
    borderVisible: false,
  })
  candles.setData(
    Array.from(times, (time, i) => ({
      time: toChart(time) as UTCTimestamp,
      open: (opens[i] as number) / SCALE,
      high: (highs[i] as number) / SCALE,
      low: (lows[i] as number) / SCALE,
      close: (closes[i] as number) / SCALE,
    })),
  )
  const bars = volumes
    ? chart.addSeries(HistogramSeries, { priceScaleId: 'volume', lastValueVisible: false, priceLineVisible: false, priceFormat: { type: 'volume' } })
    : null
  bars?.setData(Array.from(times, (time, i) => ({ time: toChart(time) as UTCTimestamp, value: volumes?.[i] as number })))
  bars?.priceScale().applyOptions({ scaleMargins: { top: 0.86, bottom: 0 } })
  paint(() => {
    const [up, down] = [colour('up'), colour('down')]
    candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down })
    bars?.applyOptions({ color: colour('volume') })
  })

  const marks: Mark[] = []
  const place = trades.instruments.indexOf(data.symbol)
  for (let i = 0; i < trades.n; i++) {
    if (trades.instrument[i] !== place) continue
    marks.push({
      trade: i,
      entry: lastAtOrBefore(times, trades.entryTime[i] as number),
      entryPrice: trades.entryPrice[i] as number,
      exit: lastAtOrBefore(times, trades.exitTime[i] as number),
      exitPrice: trades.exitPrice[i] as number,
      short: isShort(trades, i),
      pnl: trades.pnl[i] as number,
    })
  }
  for (const one of open.filter(({ instrument }) => instrument === data.symbol)) {
    const entry = lastAtOrBefore(times, one.entryTime)
    const [short, exit] = [one.direction === 'Short', times.length - 1]
    marks.push({ trade: -1, entry, entryPrice: one.entryPrice, exit, exitPrice: one.lastPrice, short, pnl: one.unrealised })
  }
  const drawn = new TradeMarks(marks)
  candles.attachPrimitive(drawn)

  const legend = h('div', { class: 'legend', 'aria-hidden': 'true' })
  element.prepend(legend)
  const tell = (i: number) => {
    if (!(i in times)) return
    const [o, hi, lo, c] = [opens, highs, lows, closes].map((column) => price(column[i] as number))
    const volume = volumes ? `  V ${count(volumes[i] as number)}` : ''
    legend.textContent = `${moment(times[i] as number)}   O ${o}  H ${hi}  L ${lo}  C ${c}${volume}`
  }
  chart.subscribeCrosshairMove((at) => tell(at.logical === undefined ? times.length - 1 : Math.round(at.logical)))
  tell(times.length - 1)

  let levels: IPriceLine[] = []
  const level = (at: number | undefined, title: string, paint: string) => {
    if (!at) return
    const options = { price: at / SCALE, color: colour(paint), title, lineStyle: LineStyle.Dashed, lineWidth: 1 as const }
    levels.push(candles.createPriceLine(options))
  }
  const look = (from: number, to: number) => chart.timeScale().setVisibleLogicalRange({ from, to })
  const self: CandleChart = {
    element,
    show(trade) {
      const mark = marks.find((one) => one.trade === trade)
      if (!mark) return
      for (const line of levels) candles.removePriceLine(line)
      levels = []
      level(trades.stop[trade], 'stop', 'loss')
      level(trades.target[trade], 'target', 'gain')
      drawn.select(trade)
      const room = Math.max(IN_VIEW / 2, Math.round((mark.exit - mark.entry) * 0.3))
      look(mark.entry - room, mark.exit + room)
    },
    showAll: () => look(-1, times.length),
    showEnd() {
      const last = marks.at(-1)
      const end = last ? Math.min(times.length + 4, last.exit + IN_VIEW / 4) : times.length + 4
      look(end - IN_VIEW, end)
    },
  }
  sized(() => {
    if (drawn.selected < 0) self.showEnd()
  })
  return self
}
