import type { QueryClient } from '@tanstack/react-query'
import { patchQuery } from '@/api/patch'
import { socket } from '@/api/socket'
import type { AccountPnl, Pnl, RunPnl } from '@/api/types'
import { pnlQuery } from './queries'

/** Keeps equity and the day's P&L as the server's messages say. */
export function livePnl(cache: QueryClient): () => void {
  return socket.listen({ topic: 'pnl', key: '' }, (_, data) => {
    patchQuery<Pnl>(cache, pnlQuery.queryKey, (old) => patchPnl(old, data))
  })
}

/** The whole, or the row of one account or run. */
export function patchPnl(old: Pnl | undefined, data: unknown): Pnl | undefined {
  const said = data as Partial<Pnl> & Partial<AccountPnl> & Partial<RunPnl>
  if (said.accounts && said.runs) return { accounts: said.accounts, runs: said.runs }
  if (!old) return old
  if (said.accountId !== undefined) {
    const row = said as AccountPnl
    return { ...old, accounts: old.accounts.map((one) => (one.accountId === row.accountId ? row : one)) }
  }
  if (said.runId !== undefined) {
    const row = said as RunPnl
    const others = old.runs.filter((one) => one.runId !== row.runId)
    return { ...old, runs: [...others, row] }
  }
  return old
}
