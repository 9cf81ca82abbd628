import type { QueryClient } from '@tanstack/react-query'
import { patchQuery } from '@/api/patch'
import { listOf } from '@/api/protocol'
import { socket } from '@/api/socket'
import type { Run, RunFigures } from '@/api/types'
import { runsQuery, withRun, type RunPage } from './queries'

export function putRun(cache: QueryClient, said: Run | RunFigures): void {
  patchQuery<RunPage>(cache, runsQuery(said.accountId).queryKey, (page) => withRun(page, said))
}

/** Keeps the table of runs as the server's messages say. */
export function liveRuns(cache: QueryClient): () => void {
  return socket.listen({ topic: 'runs', key: '' }, (kind, data) => {
    for (const said of listOf<Run | RunFigures>(data)) putRun(cache, said)
    // The snapshot has those that are not over.
    if (kind === 'snapshot') void cache.invalidateQueries({ queryKey: ['runs'] })
  })
}
