import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { configQuery, symbolOf } from '@/api/config'
import { useMay } from '@/api/session'
import type { Account, Config, Side } from '@/api/types'
import { StaleNote } from '@/features/feed/stale_note'
import { Change } from '@/features/market/change'
import { ChartPanel } from '@/features/chart/chart_panel'
import { liveTicks } from '@/features/market/live'
import { quotesQuery } from '@/features/market/queries'
import { WatchList } from '@/features/market/watch_list'
import { Funds } from '@/features/account/funds'
import { accountsQuery, fundsQuery } from '@/features/account/queries'
import { putOrder } from '@/features/orders/live'
import { openOrdersQuery, ordersQuery } from '@/features/orders/queries'
import { countHeld, positionsQuery } from '@/features/positions/queries'
import { locksQuery } from '@/features/risk/queries'
import { Panic } from '@/features/risk/panic'
import { Ticket } from '@/features/ticket/ticket'
import { Empty, Failed, Loading } from '@/ui/faces'
import type { LevelLine } from '@/charts/marks'
import { LastPrice } from '@/ui/last_price'
import { modeWord } from '@/ui/mode_badge'
import { Book } from './book'
import { BottomBar } from './bottom_bar'
import { Header } from './header'
import { KeysDialog, useKeys } from './keys'
import { fillMarks, levelLines } from './overlays'
import { TABS, usePlace, type View } from './place'

const NO_LINES: LevelLine[] = []

/** The first page: everything a trader does while the market is open. */
export function Desk() {
  const config = useQuery(configQuery)
  const accounts = useQuery(accountsQuery)
  const [place] = usePlace()
  const failure = [config, accounts].find((query) => query.error && !query.data)
  if (failure) return <Failed what="The desk" error={failure.error} retry={() => void failure.refetch()} />
  if (!config.data || !accounts.data) return <Loading what="the desk" />
  const account = accounts.data.find((one) => one.id === place.account) ?? accounts.data[0]
  if (!account)
    return <Empty>There is no account yet. Make a paper account: sauda account add, or POST /api/accounts.</Empty>
  return <AtDesk key={account.id} config={config.data} accounts={accounts.data} account={account} />
}

function AtDesk({ config, accounts, account }: { config: Config; accounts: Account[]; account: Account }) {
  const { mode, instruments } = config
  const cache = useQueryClient()
  const [place, go] = usePlace()
  const [side, setSide] = useState<Side>('BUY')
  const [called, setCalled] = useState(false)
  const [open, setOpen] = useState<'keys' | 'panic' | null>(null)
  const mayPanic = useMay('risk.kill')
  const instrument =
    instruments.find((one) => one.instrument === place.instrument) ??
    instruments.find((one) => one.kind !== 'index') ??
    instruments[0]
  const id = instrument?.instrument ?? ''
  const names = useMemo(() => instruments.map((one) => one.instrument), [instruments])
  const openOrders = useQuery(openOrdersQuery(account.id)).data?.items
  const recent = useQuery(ordersQuery(account.id)).data?.items
  // Narrowed: a position's value changes with every tick, and this would repaint the whole desk.
  const held = useQuery({ ...positionsQuery(account.id), select: countHeld }).data ?? 0
  const lines = useQuery({
    ...positionsQuery(account.id),
    select: (page) => levelLines(page.items, openOrders ?? [], id),
  }).data
  const available = useQuery(fundsQuery(account.id)).data?.available
  const quote = useQuery(quotesQuery(names)).data?.items.find((one) => one.instrument === id)
  const lock = useQuery(locksQuery).data?.items.find(({ scope, scopeId }) =>
    scope === 'account' ? scopeId === account.id : scope !== 'run',
  )
  const marks = useMemo(() => fillMarks(recent ?? [], id), [recent, id])

  useEffect(() => liveTicks(names), [names])
  useEffect(() => {
    document.title = `${modeWord(mode)} · ${id ? `${symbolOf(id)} · ` : ''}Sauda`
  }, [mode, id])

  const answered = useCallback(() => setCalled(false), [])
  const trade = (which: string, wanted: Side) => {
    go({ instrument: which, view: 'ticket' })
    setSide(wanted)
    setCalled(true)
  }
  useKeys((key) => {
    const tab = TABS[Number(key) - 1]
    const step = key === 'j' ? 1 : key === 'k' ? -1 : 0
    if (key === 'b' || key === 's') trade(id, key === 'b' ? 'BUY' : 'SELL')
    else if (key === '?') setOpen('keys')
    else if (key === 'P' && mayPanic) setOpen('panic')
    else if (tab) go({ tab, view: 'book' })
    else if (step && names.length > 0)
      go({ instrument: names[(names.indexOf(id) + step + names.length) % names.length] ?? id })
    else return false
    return true
  })
  const panel = (view: View) => `min-h-0 min-w-0 bg-panel ${place.view === view ? '' : 'phone:hidden'}`

  return (
    <div className="flex h-dvh flex-col">
      <Header
        mode={mode}
        accounts={accounts}
        account={account}
        instrument={id}
        onAccount={(next) => go({ account: next })}
        onHelp={() => setOpen('keys')}
        onPanic={() => setOpen('panic')}
      />
      <StaleNote />
      <main className="grid min-h-0 flex-1 gap-px bg-line desk:grid-cols-[15.5rem_minmax(0,1fr)_19rem] desk:grid-rows-[minmax(0,1fr)_minmax(13rem,36%)]">
        <div className={`flex flex-col desk:row-span-2 ${panel('watch')}`}>
          <div className="min-h-0 flex-1 overflow-y-auto">
            <WatchList
              instruments={instruments}
              chosen={id}
              onChoose={(next) => go({ instrument: next, view: 'chart' })}
              onTrade={trade}
            />
          </div>
          <Funds account={account} />
        </div>
        <div className={panel('chart')}>
          {instrument && (
            <ChartPanel
              instrument={instrument}
              config={config}
              marks={marks}
              lines={lines ?? NO_LINES}
              timeframe={config.timeframes.find((one) => one === place.timeframe) ?? config.timeframes[0] ?? '1m'}
              onTimeframe={(timeframe) => go({ timeframe })}
              quote={
                <>
                  <strong className="text-sm">
                    <LastPrice instrument={id} before={quote?.lastPrice ?? null} />
                  </strong>{' '}
                  <Change instrument={id} quote={quote} both />
                </>
              }
            />
          )}
        </div>
        <div className={`overflow-y-auto ${panel('ticket')}`}>
          {instrument && (
            <Ticket
              key={id}
              account={account}
              available={available}
              instrument={instrument}
              mode={mode}
              side={side}
              onSide={setSide}
              called={called}
              onCalled={answered}
              orders={recent ?? []}
              locked={lock?.because ?? null}
              onPlaced={(orders) => {
                for (const order of orders) putOrder(cache, order)
              }}
            />
          )}
        </div>
        <div className={`desk:col-span-2 ${panel('book')}`}>
          <Book
            account={account}
            config={config}
            mode={mode}
            tab={place.tab}
            onTab={(tab) => go({ tab })}
            onChoose={(next) => go({ instrument: next, view: 'chart' })}
          />
        </div>
      </main>
      <BottomBar place={place} go={go} />
      {open === 'keys' && <KeysDialog onClose={() => setOpen(null)} />}
      {open === 'panic' && (
        <Panic
          account={account}
          accounts={accounts}
          mode={mode}
          openOrders={openOrders?.length ?? 0}
          openPositions={held}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  )
}
