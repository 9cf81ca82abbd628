import { useQuery } from '@tanstack/react-query'
import { symbolOf } from '@/api/config'
import type { Instrument, Side } from '@/api/types'
import { Empty, Stale } from '@/ui/faces'
import { LastPrice } from '@/ui/last_price'
import { Change } from './change'
import { quotesQuery } from './queries'

const KINDS: Partial<Record<string, string>> = { equity: 'share' }

interface Props {
  instruments: Instrument[]
  chosen: string
  onChoose: (instrument: string) => void
  onTrade: (instrument: string, side: Side) => void
}

/** Where it is traded and what it is; its name, where that says more than the symbol. */
function aboutOf({ instrument, name, kind }: Instrument): string {
  const [exchange, symbol = ''] = instrument.split(':')
  const said = symbol.startsWith(name) ? (KINDS[kind] ?? kind) : name
  return `${exchange} · ${said}`
}

export function WatchList({ instruments, chosen, onChoose, onTrade }: Props) {
  const quotes = useQuery(quotesQuery(instruments.map((one) => one.instrument)))
  if (instruments.length === 0) {
    return <Empty>The feed has no instruments. Start the server with a feed that has some.</Empty>
  }
  const of = (instrument: string) => quotes.data?.items.find((one) => one.instrument === instrument)
  return (
    <>
      {quotes.error && <Stale>Previous closes could not be read, so there is no change to show.</Stale>}
      <ul aria-label="Watch list">
        {instruments.map((one) => (
          <li
            key={one.instrument}
            className={`group relative border-b border-line/60 ${one.instrument === chosen ? 'bg-chosen' : 'hover:bg-hover'}`}
          >
            <button
              type="button"
              aria-current={one.instrument === chosen || undefined}
              aria-label={`Show ${one.instrument}`}
              onClick={() => onChoose(one.instrument)}
              className="absolute inset-0"
            />
            <div className="grid grid-cols-[1fr_auto] gap-x-3 px-3 py-1.5">
              <span className="truncate font-medium">{symbolOf(one.instrument)}</span>
              <span className="text-right font-medium">
                <LastPrice instrument={one.instrument} before={of(one.instrument)?.lastPrice ?? null} />
              </span>
              <span className="truncate text-xs text-soft">{aboutOf(one)}</span>
              <span className="text-right text-xs">
                <Change instrument={one.instrument} quote={of(one.instrument)} />
              </span>
            </div>
            {one.kind !== 'index' && (
              <span className="pointer-events-none absolute inset-y-0 right-20 flex items-center gap-0.5 bg-inherit pl-1 opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 phone:hidden">
                {(['BUY', 'SELL'] as const).map((side) => (
                  <button
                    key={side}
                    type="button"
                    aria-label={`${side} ${one.instrument}`}
                    onClick={() => onTrade(one.instrument, side)}
                    className={`pointer-events-auto size-5 rounded text-xs font-bold text-panel ${side === 'BUY' ? 'bg-buy' : 'bg-sell'}`}
                  >
                    {side[0]}
                  </button>
                ))}
              </span>
            )}
          </li>
        ))}
      </ul>
    </>
  )
}
