/** What a view shows when it has nothing to show: loading, empty, failed, or old. */
import type { UseQueryResult } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { asProblem } from '@/api/problem'
import { Button } from './button'

export function Loading({ what }: { what: string }) {
  return (
    <div role="status" className="flex flex-col gap-2 p-3" aria-label={`Loading ${what}`}>
      {[70, 90, 55].map((width) => (
        <span key={width} className="h-3 animate-pulse rounded bg-raised" style={{ width: `${width}%` }} />
      ))}
    </div>
  )
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="px-3 py-6 text-center text-soft">{children}</p>
}

export function Failed({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  const problem = asProblem(error)
  return (
    <div role="alert" className="m-3 flex flex-col items-start gap-2 rounded border border-danger p-3">
      <p>
        <strong>{what} could not be read.</strong> {problem.message}
      </p>
      <Button size="small" onClick={retry}>
        Try again
      </Button>
    </div>
  )
}

/** A note over figures that were true once. */
export function Stale({ children }: { children: ReactNode }) {
  return (
    <p role="status" className="bg-warn-back px-3 py-1 text-warn">
      {children}
    </p>
  )
}

interface Props<Data> {
  what: string
  query: UseQueryResult<Data>
  empty: ReactNode
  isEmpty: (data: Data) => boolean
  children: (data: Data) => ReactNode
}

/** One of the four faces, or the view itself. Old figures stay, marked, when a new reading fails. */
export function Faces<Data>({ what, query, empty, isEmpty, children }: Props<Data>) {
  const { data, error, refetch } = query
  if (data === undefined) {
    return error ? <Failed what={what} error={error} retry={() => void refetch()} /> : <Loading what={what} />
  }
  return (
    <>
      {error && <Stale>These figures may be old: {asProblem(error).message}</Stale>}
      {isEmpty(data) ? <Empty>{empty}</Empty> : children(data)}
    </>
  )
}
