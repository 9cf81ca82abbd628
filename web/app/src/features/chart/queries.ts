import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import type { Candle } from '@/api/types'
import { isoDate } from '@/format/time'

const DAY_MS = 86_400_000
/** The server gives 100 days at once. */
const MOST_DAYS = 98

/** How many days back a chart begins: a few screens of candles, weekends counted in. */
function daysBack(timeframe: string): number {
  const [, count, unit] = /^(\d+)([mhdw])$/.exec(timeframe) ?? []
  return unit === 'm' ? Math.min(60, 4 + Number(count) * 2) : MOST_DAYS
}

/** What is asked for. `now`: the market's own time, which is not today's in a replay. */
export function historyOf(instrument: string, timeframe: string, now: string) {
  // Without an end it is until now: a day as the end would leave out today.
  return { instrument, timeframe, from: isoDate(Date.parse(now) - daysBack(timeframe) * DAY_MS) }
}

export function candlesQuery(instrument: string, timeframe: string, now: string) {
  const query = historyOf(instrument, timeframe, now)
  return queryOptions({
    queryKey: ['candles', instrument, timeframe],
    queryFn: async (): Promise<Candle[]> =>
      (await take(client.GET('/api/historical-data', { params: { query } }))).candles,
    // The socket keeps it; a drop asks again for what was missed.
    staleTime: Infinity,
  })
}

/** Candles with others put in by their time: the forming one is replaced, a new one is added, none is doubled. */
export function withCandles(old: Candle[] | undefined, news: Candle[]): Candle[] | undefined {
  if (!old) return old
  const kept = [...old]
  for (const candle of news) {
    const at = Date.parse(candle.time)
    let place = kept.length
    while (place > 0 && Date.parse((kept[place - 1] as Candle).time) >= at) place -= 1
    const same = kept[place] !== undefined && Date.parse((kept[place] as Candle).time) === at
    kept.splice(place, same ? 1 : 0, candle)
  }
  return kept
}
