import { useQuery, useQueryClient } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { symbolOf, tickOf } from '@/api/config'
import type { Candle, Config, Instrument } from '@/api/types'
import type { FillMark, LevelLine } from '@/charts/marks'
import { count } from '@/format/rupees'
import { moment } from '@/format/time'
import { Empty, Failed, Loading, Stale } from '@/ui/faces'
import { Price } from '@/ui/money'
import { Segmented } from '@/ui/segmented'
import { liveCandles } from './live'
import { candlesQuery } from './queries'

const CandleChart = lazy(() => import('@/charts/candle_chart'))

interface Props {
  instrument: Instrument
  config: Config
  timeframe: string
  onTimeframe: (timeframe: string) => void
  marks: FillMark[]
  lines: LevelLine[]
  /** Price and change, which another feature knows how to show. */
  quote: ReactNode
}

export function ChartPanel({ instrument, config, timeframe, onTimeframe, marks, lines, quote }: Props) {
  const cache = useQueryClient()
  const id = instrument.instrument
  const query = useQuery(candlesQuery(id, timeframe, config.feed.now))
  const there = query.data !== undefined
  // Asked for after the history is there: what is told before would have nowhere to go.
  useEffect(() => (there ? liveCandles(cache, id, timeframe) : undefined), [cache, id, timeframe, there])
  const last = query.data?.at(-1)
  const [pointed, setPointed] = useState<Candle | null>(null)
  const told = pointed ?? last
  return (
    <section aria-label={`Chart of ${id}`} className="flex h-full min-h-0 flex-col">
      <header className="flex items-center gap-3 border-b phone:flex-wrap phone:gap-y-1 border-line px-3 py-1.5">
        <h2 className="text-sm whitespace-nowrap font-semibold">
          {symbolOf(id)} <span className="text-xs font-normal text-soft max-full:hidden">{instrument.name}</span>
        </h2>
        <span className="whitespace-nowrap">{quote}</span>
        <span className="flex-1" />
        <Segmented
          className="phone:w-full"
          label="Timeframe"
          value={timeframe}
          options={config.timeframes}
          onValue={onTimeframe}
        />
      </header>
      {query.data && query.error && <Stale>The candles may be old: {query.error.message}</Stale>}
      <div className="relative min-h-0 flex-1">
        {told && (
          <span className="pointer-events-none absolute top-1 left-2 z-10 flex gap-2.5 text-xs whitespace-nowrap text-soft">
            {pointed && <span className="phone:hidden">{moment(pointed.time)}</span>}
            {(['open', 'high', 'low', 'close'] as const).map((name) => (
              <span key={name}>
                {name[0]?.toUpperCase()} <Price of={told[name]} />
              </span>
            ))}
            <span className="phone:hidden">V {count(told.volume)}</span>
          </span>
        )}
        {query.error && !there && <Failed what="The candles" error={query.error} retry={() => void query.refetch()} />}
        {query.isPending && <Loading what="candles" />}
        {query.data?.length === 0 && (
          <Empty>
            No candles of {id} in {timeframe} yet. The first appears when it has traded.
          </Empty>
        )}
        {query.data && query.data.length > 0 && (
          <Suspense fallback={<Loading what="the chart" />}>
            <CandleChart
              label={`Candles of ${id}, ${timeframe}`}
              candles={query.data}
              marks={marks}
              lines={lines}
              tickSize={tickOf(instrument)}
              subject={`${id} ${timeframe}`}
              onPoint={setPointed}
            />
          </Suspense>
        )}
      </div>
    </section>
  )
}
