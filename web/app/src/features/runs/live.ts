import type { QueryClient } from '@tanstack/react-query'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Run } from '@/api/types'
import { runsQuery, withRun, type RunPage } from './queries'

export function putRun(cache: QueryClient, run: Run): void {
  cache.setQueryData<RunPage>(runsQuery(run.accountId).queryKey, (page) => withRun(page, run))
}

/** Keeps the table of runs as the server's messages say. */
export function liveRuns(cache: QueryClient): () => void {
  return socket.listen({ topic: 'runs', key: '' }, (kind, data) => {
    for (const run of listOf<Run>(data)) putRun(cache, run)
    if (kind === 'snapshot') void cache.invalidateQueries({ queryKey: ['runs'] })
  })
}
