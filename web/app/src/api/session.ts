/**
 * Who is logged in. The access token lives in memory only; the refresh token is an httpOnly cookie that no script sees.
 * Promises: one refresh at a time, also across tabs: the cookie rotates, and using an old one again ends every session.
 */
import { useSyncExternalStore } from 'react'
import { asProblem, problemOf } from './problem'
import { store } from './store'
import type { SessionBody, User } from './types'

export type SessionState =
  /** Not known yet; `because`: why that takes so long. */
  | { state: 'asking'; because: string | null }
  | { state: 'in'; user: User; token: string; expiresAt: number }
  | { state: 'out'; because: string | null }

const current = store<SessionState>({ state: 'asking', because: null })
let refreshing: Promise<string | null> | null = null

/** Before this much of its life is left, a token is renewed rather than sent. */
const MARGIN_MS = 20_000

export const session = {
  get: current.get,
  subscribe: current.subscribe,

  begin(body: SessionBody): void {
    current.set({ state: 'in', user: body.user, token: body.accessToken, expiresAt: Date.parse(body.expiresAt) })
  },

  end(because: string | null = null): void {
    current.set({ state: 'out', because })
  },

  /** The server did not answer whether there is a session. */
  wait(because: string): void {
    if (current.get().state === 'asking') current.set({ state: 'asking', because })
  },

  /** For tests: as if the page had just been opened. */
  forget(): void {
    refreshing = null
    current.set({ state: 'asking', because: null })
  },

  /** A new access token by the cookie, or null when there is no session any more. Throws when the server is not there. */
  refresh(): Promise<string | null> {
    refreshing ??= alone(renew).finally(() => {
      refreshing = null
    })
    return refreshing
  },

  /** A token that will live long enough to be used. */
  async token(): Promise<string | null> {
    const now = current.get()
    if (now.state !== 'in') return null
    return now.expiresAt - Date.now() > MARGIN_MS ? now.token : session.refresh()
  },
}

/** Other tabs hold the same cookie: whoever is second must wait and use the new one. */
function alone<Value>(work: () => Promise<Value>): Promise<Value> {
  const locks = globalThis.navigator?.locks
  return locks ? (locks.request('sauda-refresh', work) as Promise<Value>) : work()
}

async function renew(): Promise<string | null> {
  const was = current.get()
  let response: Response
  try {
    response = await fetch(`${location.origin}/api/auth/refresh`, { method: 'POST', credentials: 'same-origin' })
  } catch (error) {
    throw asProblem(error)
  }
  if (response.ok) {
    const body = (await response.json()) as SessionBody
    session.begin(body)
    return body.accessToken
  }
  const problem = problemOf(await response.json().catch(() => null), response)
  if (response.status !== 401 && response.status !== 403) throw problem
  session.end(was.state === 'in' ? 'your session has ended; log in again' : null)
  return null
}

export function useSession(): SessionState {
  return useSyncExternalStore(current.subscribe, current.get)
}

/** What a page asks leave for, as the server names it. */
export type Permission = 'orders.write' | 'runs.write' | 'risk.unlock' | 'risk.kill'

/** Whether to offer a deed at all; the server decides again on each call. */
export function useMay(permission: Permission): boolean {
  const now = useSession()
  return now.state === 'in' && now.user.permissions.includes(permission)
}
