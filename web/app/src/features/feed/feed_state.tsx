import { useQuery } from '@tanstack/react-query'
import { configQuery } from '@/api/config'
import { useLink, useNow } from '@/api/use_link'
import { useTick } from '@/api/ticks'
import { clock, day } from '@/format/time'

/** Whether prices come, in a word; and the clocks. `instrument`: whose ticks tell the market's time. */
export function FeedState({ instrument }: { instrument: string }) {
  const { link, silent } = useLink()
  const now = useNow()
  const tick = useTick(instrument)
  const feed = useQuery(configQuery).data?.feed
  const [word, tone] =
    link !== 'live'
      ? link === 'down'
        ? ['Reconnecting', 'bg-loss']
        : ['Connecting', 'bg-warn']
      : silent
        ? ['Silent', 'bg-warn']
        : ['Feed on', 'bg-gain']
  const kind = feed?.kind === 'replay' ? `Replay ×${feed.speed}` : 'Simulated'
  const market = tick?.time ?? feed?.now
  const apart = market !== undefined && Math.abs(Date.parse(market) - now) > 60_000
  return (
    <div className="flex items-center gap-3 whitespace-nowrap text-xs">
      <span role="status" aria-label={`Feed: ${word}`} className="flex items-center gap-1.5">
        <span aria-hidden className={`size-2 rounded-full ${tone}`} />
        <span className={word === 'Feed on' ? 'phone:sr-only' : ''}>{word}</span>
        {feed && <span className="text-soft max-wide:hidden">{kind}</span>}
      </span>
      {apart && (
        <span className="text-replay phone:hidden" title="The market's own time: not the time of day now">
          Market {day(market)} {clock(market)}
        </span>
      )}
      <time dateTime={new Date(now).toISOString()}>
        {clock(now)} <span className="text-soft">IST</span>
      </time>
    </div>
  )
}
