import { queryOptions } from '@tanstack/react-query'
import { client, take } from '@/api/client'
import type { Position } from '@/api/types'

export interface PositionPage {
  items: Position[]
  next?: string | null
}

export function positionsQuery(accountId: number) {
  return queryOptions({
    queryKey: ['positions', accountId],
    queryFn: (): Promise<PositionPage> => take(client.GET('/api/positions', { params: { query: { accountId } } })),
  })
}

/** A list with one position as it is now; what is known to be newer stays. */
export function withPosition(page: PositionPage | undefined, position: Position): PositionPage | undefined {
  if (!page) return page
  const old = page.items.find((one) => one.id === position.id)
  if (old && Date.parse(old.updatedAt) > Date.parse(position.updatedAt)) return page
  const items = old ? page.items.map((one) => (one.id === position.id ? position : one)) : [position, ...page.items]
  return { ...page, items }
}

/** How many positions are open. */
export function countHeld(page: PositionPage): number {
  return page.items.filter((one) => one.quantity !== 0).length
}
