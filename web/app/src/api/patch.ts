import type { QueryClient, QueryKey } from '@tanstack/react-query'

/**
 * Changes what a query knows as a message of the socket says. An answer that is on its way may have been written before
 * that message: it is dropped and asked for anew, or it would turn the clock back until the next message.
 */
export function patchQuery<Data>(
  cache: QueryClient,
  queryKey: QueryKey,
  update: (old: Data | undefined) => Data | undefined,
): void {
  const state = cache.getQueryState(queryKey)
  cache.setQueryData<Data>(queryKey, update)
  if (state?.data !== undefined && state.fetchStatus === 'fetching')
    void cache.invalidateQueries({ queryKey, exact: true }, { cancelRefetch: true })
}
