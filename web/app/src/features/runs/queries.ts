import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import type { Run, RunFigures } from '@/api/types'

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

/** The runs with one of them as the server says: all of it, or what moves while it trades. */
export function withRun(page: RunPage | undefined, said: Run | RunFigures): RunPage | undefined {
  if (!page) return page
  const known = page.items.some((one) => one.id === said.id)
  if (known) return { ...page, items: page.items.map((one) => (one.id === said.id ? { ...one, ...said } : one)) }
  return isWhole(said) ? { ...page, items: [said, ...page.items] } : page
}

function isWhole(said: Run | RunFigures): said is Run {
  return 'state' in said
}
