/** What the desk trades and in which mode: read once, needed by everyone. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { client, take } from './client'
import type { Instrument } from './types'

export const configQuery = queryOptions({
  queryKey: ['config'],
  queryFn: () => take(client.GET('/api/config')),
  staleTime: 60_000,
})

export const authStatusQuery = queryOptions({
  queryKey: ['authStatus'],
  queryFn: () => take(client.GET('/api/auth/status')),
  staleTime: 60_000,
})

export function useInstrument(id: string): Instrument | undefined {
  return useQuery(configQuery).data?.instruments.find((one) => one.instrument === id)
}

/** What an index has no tick for is shown to the paisa. */
const PAISA = 0.01

export function tickOf({ tickSize }: Instrument): number {
  return tickSize ?? PAISA
}

/** The part a person reads: NSE:SBIN-EQ is SBIN. */
export function symbolOf(instrument: string): string {
  return instrument.replace(/^[A-Z]+:/, '').replace(/-(EQ|INDEX|BE)$/, '')
}
