/** What the server refused and why: every failed call ends as one of these. */
import { said } from '@/format/said'
import type { ProblemBody } from './types'

export class Problem extends Error {
  readonly status: number
  readonly code: ProblemBody['code']
  /** The field of the request that is wrong, as the server names it. */
  readonly field: string | undefined
  /** The rule of risk that said no, if one did. */
  readonly rule: string | undefined
  readonly requestId: string | undefined

  constructor(body: Pick<ProblemBody, 'status' | 'code' | 'detail'> & Partial<ProblemBody>) {
    super(said(body.detail))
    this.name = 'Problem'
    this.status = body.status
    this.code = body.code
    this.field = body.field ?? undefined
    this.rule = body.rule ?? undefined
    this.requestId = body.requestId
  }

  /** Whether asking again may help by itself: the fault lies between us, not in what we asked. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  return new Problem({
    status: 0,
    code: 'unavailable',
    detail: `the server does not answer (${why}); nothing is known to have changed: check that it runs, then try again`,
  })
}

/** A refusal's body, or what can be said without one: a proxy in between answers in its own words. */
export function problemOf(body: unknown, response: Response): Problem {
  if (typeof body === 'object' && body !== null && 'detail' in body && 'code' in body) {
    return new Problem({ ...(body as ProblemBody), status: response.status })
  }
  return new Problem({
    status: response.status,
    code: response.status >= 500 ? 'unavailable' : 'bad_request',
    detail: `the server answered ${response.status} without saying why; look into its log`,
  })
}
