/** Where on the desk one is: kept in the address, so that a reload or a link shows the same. */
import { useCallback, useEffect } from 'react'
import { useSearchParams } from 'react-router'

export const TABS = ['orders', 'positions', 'trades', 'runs', 'risk'] as const
export type Tab = (typeof TABS)[number]
/** What a phone shows; a desk shows them all. */
export const VIEWS = ['watch', 'chart', 'ticket', 'book'] as const
export type View = (typeof VIEWS)[number]

export interface Place {
  instrument: string | null
  timeframe: string | null
  account: number | null
  tab: Tab
  view: View
}

/**
 * Where the page is to be, until it is there: the router hands out what was rendered last, so the second of two changes
 * in a row would undo the first.
 */
let wanted: URLSearchParams | null = null

export function usePlace(): [Place, (change: Partial<Place>) => void] {
  const [params, setParams] = useSearchParams()
  useEffect(() => {
    wanted = null
  }, [params])
  const account = Number(params.get('account'))
  const place: Place = {
    instrument: params.get('instrument'),
    timeframe: params.get('timeframe'),
    account: account > 0 ? account : null,
    tab: TABS.find((one) => one === params.get('tab')) ?? 'orders',
    view: VIEWS.find((one) => one === params.get('view')) ?? 'chart',
  }
  const go = useCallback(
    (change: Partial<Place>) =>
      setParams(
        (old) => {
          const next = new URLSearchParams(wanted ?? old)
          for (const [name, value] of Object.entries(change)) {
            if (value === null) next.delete(name)
            else next.set(name, String(value))
          }
          wanted = next
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  return [place, go]
}
