import type { Query, QueryClient, QueryKey } from '@tanstack/react-query'

/** No query is asked anew more often than this, in milliseconds: on a slow line a message overtakes every answer. */
export const PAUSE = 1_000

/** When each query was last asked anew here, and whether it will be again. */
const asked = new WeakMap<Query, { at: number; waits: boolean }>()

/**
 * Changes what a query knows as a message of the socket says. An answer that is on its way may have been written before
 * that message: it is dropped and asked for anew, or it would turn the clock back until the next message. If that was
 * done within the last second, it is done again at the second's end, whatever came meanwhile.
 */
export function patchQuery<Data>(
  cache: QueryClient,
  queryKey: QueryKey,
  update: (old: Data | undefined) => Data | undefined,
): void {
  const state = cache.getQueryState(queryKey)
  cache.setQueryData<Data>(queryKey, update)
  const query = cache.getQueryCache().find({ queryKey })
  if (query && state?.data !== undefined && state.fetchStatus === 'fetching') askAnew(cache, query)
}

function askAnew(cache: QueryClient, query: Query): void {
  const last = asked.get(query)
  if (last?.waits) return
  const ask = () => {
    asked.set(query, { at: Date.now(), waits: false })
    void cache.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: true })
  }
  const wait = last ? last.at + PAUSE - Date.now() : 0
  if (!last || wait <= 0) return ask()
  asked.set(query, { at: last.at, waits: true })
  setTimeout(ask, wait)
}
