import type { QueryClient } from '@tanstack/react-query'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Position, Run } from '@/api/types'
import { runsQuery, withPosition, withRun, type RunPage } from './queries'

/** While a run's position moves with the market, its sums are read anew this often. */
const SUMS_MS = 2_000

export function putRun(cache: QueryClient, run: Run): void {
  cache.setQueryData<RunPage>(runsQuery(run.accountId).queryKey, (page) => withRun(page, run))
}

/** Keeps the table of runs as the server's messages say. */
export function liveRuns(cache: QueryClient): () => void {
  let sums: ReturnType<typeof setTimeout> | null = null
  const read = () => void cache.invalidateQueries({ queryKey: ['runs'] })
  const runs = socket.listen({ topic: 'runs', key: '' }, (kind, data) => {
    for (const run of listOf<Run>(data)) putRun(cache, run)
    if (kind === 'snapshot') read()
  })
  // The stream of runs tells their states; what they hold comes with the positions.
  const positions = socket.listen({ topic: 'positions', key: '' }, (kind, data) => {
    if (kind === 'snapshot') return
    for (const position of listOf<Position>(data).filter((one) => one.runId !== null)) {
      cache.setQueryData<RunPage>(runsQuery(position.accountId).queryKey, (page) => withPosition(page, position))
      sums ??= setTimeout(() => {
        sums = null
        read()
      }, SUMS_MS)
    }
  })
  return () => {
    runs()
    positions()
    if (sums !== null) clearTimeout(sums)
  }
}
