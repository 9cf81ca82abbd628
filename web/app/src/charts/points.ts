import type { CandlestickData, HistogramData, SeriesMarker, Time, UTCTimestamp } from 'lightweight-charts'
import type { Candle } from '@/api/types'
import { IST_SECONDS } from '@/format/time'
import { colour } from '@/ui/theme'
import type { FillMark } from './marks'

/** The library writes UTC; handed Indian wall time it writes that. */
function chartTime(time: string): UTCTimestamp {
  return (Math.floor(Date.parse(time) / 1_000) + IST_SECONDS) as UTCTimestamp
}

export function barsOf(candles: Candle[]): CandlestickData[] {
  return candles.map(({ time, open, high, low, close }) => ({ time: chartTime(time), open, high, low, close }))
}

export function volumesOf(candles: Candle[]): HistogramData[] {
  const [up, down] = [`${colour('up')}55`, `${colour('down')}55`]
  return candles.map((one) => ({
    time: chartTime(one.time),
    value: one.volume,
    color: one.close >= one.open ? up : down,
  }))
}

/** Each fill at the candle in which it happened; none before the first. */
export function markersOf(marks: FillMark[], candles: Candle[]): SeriesMarker<Time>[] {
  const times = candles.map((one) => chartTime(one.time))
  const [buy, sell] = [colour('buy'), colour('sell')]
  return marks
    .flatMap((mark): SeriesMarker<Time>[] => {
      const at = chartTime(mark.time)
      const index = times.findLastIndex((time) => time <= at)
      const time = times[index]
      if (time === undefined) return []
      return mark.side === 'BUY'
        ? [{ time, position: 'belowBar', shape: 'arrowUp', color: buy, text: mark.text, id: mark.id }]
        : [{ time, position: 'aboveBar', shape: 'arrowDown', color: sell, text: mark.text, id: mark.id }]
    })
    .sort((a, b) => Number(a.time) - Number(b.time))
}
