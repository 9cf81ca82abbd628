import { useQuery } from '@tanstack/react-query'
import { Tabs } from 'radix-ui'
import type { Account, Config, Mode } from '@/api/types'
import { OrdersView } from '@/features/orders/orders_view'
import { openOrdersQuery } from '@/features/orders/queries'
import { PositionsView } from '@/features/positions/positions_view'
import { countHeld, positionsQuery } from '@/features/positions/queries'
import { locksQuery } from '@/features/risk/queries'
import { RiskView } from '@/features/risk/risk_view'
import { runsQuery } from '@/features/runs/queries'
import { RunsView } from '@/features/runs/runs_view'
import { TradesView } from '@/features/trades/trades_view'
import { TABS, type Tab } from './place'

interface Props {
  account: Account
  config: Config
  mode: Mode
  tab: Tab
  onTab: (tab: Tab) => void
  onChoose: (instrument: string) => void
}

const NAMES: Record<Tab, string> = {
  orders: 'Orders',
  positions: 'Positions',
  trades: 'Trades',
  runs: 'Runs',
  risk: 'Risk',
}

/** What the account has and does: five tables in one panel. */
export function Book({ account, config, mode, tab, onTab, onChoose }: Props) {
  // Only what is shown here: the rest of these lists changes with every tick.
  const runs =
    useQuery({
      ...runsQuery(account.id),
      select: (page) => page.items.map(({ id, strategy, state }) => ({ id, strategy, state })),
    }).data ?? []
  const locks = useQuery(locksQuery).data?.items.length ?? 0
  const counts: Partial<Record<Tab, number>> = {
    orders: useQuery({ ...openOrdersQuery(account.id), select: (page) => page.items.length }).data ?? 0,
    positions: useQuery({ ...positionsQuery(account.id), select: countHeld }).data ?? 0,
    runs: runs.filter((run) => run.state === 'running').length,
    risk: locks,
  }
  const runName = (runId: number) => {
    const run = runs.find((one) => one.id === runId)
    return run ? `${run.strategy} #${runId}` : `Run #${runId}`
  }
  return (
    <Tabs.Root value={tab} onValueChange={(next) => onTab(next as Tab)} className="flex h-full min-h-0 flex-col">
      <Tabs.List aria-label="Book" className="flex shrink-0 overflow-x-auto border-b border-line bg-panel px-1">
        {TABS.map((one) => (
          <Tabs.Trigger
            key={one}
            value={one}
            className="-mb-px border-b-2 border-transparent px-3 py-1.5 whitespace-nowrap phone:px-2 text-soft hover:text-ink data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-ink"
          >
            {NAMES[one]}
            {(counts[one] ?? 0) > 0 && (
              <span
                className={`ml-1.5 rounded-full px-1.5 text-xs ${one === 'risk' ? 'bg-danger font-semibold text-panel' : 'bg-raised'}`}
              >
                {counts[one]}
              </span>
            )}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
      <Tabs.Content value={tab} className="min-h-0 flex-1 overflow-y-auto" tabIndex={-1}>
        {tab === 'orders' && <OrdersView account={account} mode={mode} />}
        {tab === 'positions' && <PositionsView account={account} mode={mode} onChoose={onChoose} runName={runName} />}
        {tab === 'trades' && <TradesView account={account} runName={runName} />}
        {tab === 'runs' && <RunsView account={account} config={config} mode={mode} onChoose={onChoose} />}
        {tab === 'risk' && <RiskView runName={runName} />}
      </Tabs.Content>
    </Tabs.Root>
  )
}
