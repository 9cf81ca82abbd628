/** The one wrapper of the chart library, in a chunk of its own. Times are shown in IST; prices as they come. */
import {
  CandlestickSeries,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  type Time,
} from 'lightweight-charts'
import { useEffect, useRef } from 'react'
import type { Candle } from '@/api/types'
import { count, price } from '@/format/rupees'
import { stepPrice } from '@/format/steps'
import { useTheme } from '@/ui/theme'
import { candleLook, chartLook, lineLook } from './look'
import type { FillMark, LevelLine } from './marks'
import { barsOf, markersOf, volumesOf } from './points'

interface Props {
  label: string
  candles: Candle[]
  marks: FillMark[]
  lines: LevelLine[]
  tickSize: number
  /** The candle under the cross, and null when it leaves the chart. */
  onPoint: (candle: Candle | null) => void
  /** Another one begins a new view; the same one keeps the trader's zoom. */
  subject: string
}

interface Parts {
  chart: IChartApi
  bars: ISeriesApi<'Candlestick'>
  volumes: ISeriesApi<'Histogram'>
  markers: ISeriesMarkersPluginApi<Time>
  lines: IPriceLine[]
  subject: string
  drawn: Candle[]
}

/** Room for a candle and its gap in the first view, in pixels. */
const STEP_PX = 7

export default function CandleChart({ label, candles, marks, lines, tickSize, subject, onPoint }: Props) {
  const box = useRef<HTMLDivElement>(null)
  const parts = useRef<Parts | null>(null)
  const point = useRef(onPoint)
  const [theme] = useTheme()

  useEffect(() => {
    point.current = onPoint
  }, [onPoint])
  useEffect(() => {
    if (!box.current) return
    const chart = createChart(box.current, { autoSize: true, ...chartLook() })
    const bars = chart.addSeries(CandlestickSeries, candleLook())
    const volumes = chart.addSeries(HistogramSeries, {
      priceScaleId: 'volume',
      priceFormat: { type: 'custom', formatter: count, minMove: 1 },
      lastValueVisible: false,
      priceLineVisible: false,
    })
    chart.priceScale('volume').applyOptions({ scaleMargins: { top: 0.85, bottom: 0 } })
    parts.current = { chart, bars, volumes, markers: createSeriesMarkers(bars), lines: [], subject: '', drawn: [] }
    chart.subscribeCrosshairMove(({ logical }) => {
      const drawn = parts.current?.drawn
      point.current((logical !== undefined && drawn?.[logical]) || null)
    })
    return () => {
      parts.current = null
      chart.remove()
    }
  }, [])

  useEffect(() => {
    const now = parts.current
    if (!now) return
    now.chart.applyOptions(chartLook())
    now.bars.applyOptions(candleLook())
    now.volumes.setData(volumesOf(now.drawn))
  }, [theme])

  useEffect(() => {
    const now = parts.current
    if (!now) return
    now.bars.applyOptions({
      priceFormat: {
        type: 'custom',
        formatter: (value: number) => price(stepPrice(value, 0, tickSize)),
        minMove: tickSize,
      },
    })
    const first = candles.length - 1
    const grows =
      now.subject === subject &&
      now.drawn.length > 0 &&
      candles.length - now.drawn.length <= 1 &&
      candles.length >= now.drawn.length &&
      candles[0] === now.drawn[0] &&
      candles[now.drawn.length - 2] === now.drawn[now.drawn.length - 2]
    if (grows) {
      const changed = candles.slice(Math.min(now.drawn.length - 1, first))
      for (const bar of barsOf(changed)) now.bars.update(bar)
      for (const bar of volumesOf(changed)) now.volumes.update(bar)
    } else {
      now.bars.setData(barsOf(candles))
      now.volumes.setData(volumesOf(candles))
    }
    if (now.subject !== subject) {
      now.bars.priceScale().applyOptions({ autoScale: true })
      now.chart.timeScale().setVisibleLogicalRange({
        from: candles.length - now.chart.timeScale().width() / STEP_PX,
        to: candles.length + 6,
      })
    }
    Object.assign(now, { subject, drawn: candles })
  }, [candles, subject, tickSize])

  useEffect(() => {
    const now = parts.current
    now?.markers.setMarkers(markersOf(marks, now.drawn))
    // A candle that only moves leaves its marks where they are.
  }, [marks, candles.length, subject, theme])

  useEffect(() => {
    const now = parts.current
    if (!now) return
    for (const line of now.lines) now.bars.removePriceLine(line)
    now.lines = lines.map((line) => now.bars.createPriceLine(lineLook(line)))
  }, [lines, theme])

  return <div ref={box} role="img" aria-label={label} className="absolute inset-0" />
}
