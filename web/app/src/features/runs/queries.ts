import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import type { Position, Run } from '@/api/types'

export interface RunPage {
  items: Run[]
  next?: string | null
}

export function runsQuery(accountId: number) {
  return queryOptions({
    queryKey: ['runs', accountId],
    queryFn: (): Promise<RunPage> => take(client.GET('/api/runs', { params: { query: { accountId, limit: 100 } } })),
  })
}

export const strategiesQuery = queryOptions({
  queryKey: ['strategies'],
  queryFn: () => take(client.GET('/api/strategies', { params: { query: { limit: 500 } } })),
})

export function withRun(page: RunPage | undefined, run: Run): RunPage | undefined {
  if (!page) return page
  const known = page.items.some((one) => one.id === run.id)
  const items = known ? page.items.map((one) => (one.id === run.id ? run : one)) : [run, ...page.items]
  return { ...page, items }
}

/** The runs with one of their positions as it is now. */
export function withPosition(page: RunPage | undefined, position: Position): RunPage | undefined {
  if (!page) return page
  const items = page.items.map((run) => {
    if (run.id !== position.runId) return run
    const others = run.positions.filter((one) => one.id !== position.id)
    return { ...run, positions: [...others, position] }
  })
  return { ...page, items }
}
