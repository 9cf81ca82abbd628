/** Routes typed by the server's schema: a fake that answers otherwise does not compile. */
import type { paths } from '@/api/schema'
import type { ProblemBody } from '@/api/types'

type Method = 'get' | 'post' | 'patch' | 'delete' | 'put'
type Operation<Path extends keyof paths, Verb extends Method> = paths[Path][Verb]
type JsonOf<Content> = Content extends { content: { 'application/json': infer Body } } ? Body : undefined
type Done<Op> = Op extends { responses: infer All } ? JsonOf<All[keyof All & (200 | 201 | 204)]> : never
type BodyOf<Op> = Op extends { requestBody: { content: { 'application/json': infer Body } } } ? Body : undefined

export interface Asked<Body = unknown> {
  body: Body
  query: URLSearchParams
  id: string
  headers: Headers
}

export interface Reply {
  status: number
  body: unknown
  headers?: Record<string, string>
}

export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly code: ProblemBody['code'],
    detail: string,
    readonly field?: string,
  ) {
    super(detail)
  }
}

interface Route {
  method: Method
  pattern: RegExp
  status: number
  answer: (asked: Asked<never>) => unknown
}

export class Routes {
  private readonly routes: Route[] = []

  on<Path extends keyof paths & string, Verb extends Method & keyof paths[Path]>(
    method: Verb,
    path: Path,
    answer: (asked: Asked<BodyOf<Operation<Path, Verb>>>) => Done<Operation<Path, Verb>>,
    status = 200,
  ): this {
    const pattern = new RegExp(`^${path.replace(/\{\w+\}/g, '([^/]+)')}$`)
    this.routes.push({ method, pattern, status, answer })
    return this
  }

  handle(method: string, url: URL, headers: Headers, text: string): Reply {
    for (const route of this.routes) {
      const [found, id = ''] = route.method === method.toLowerCase() ? (route.pattern.exec(url.pathname) ?? []) : []
      if (found === undefined) continue
      try {
        const asked = {
          body: text ? JSON.parse(text) : undefined,
          query: url.searchParams,
          id,
          headers,
        } as Asked<never>
        const body = route.answer(asked)
        return { status: body === undefined ? 204 : route.status, body }
      } catch (thrown) {
        if (!(thrown instanceof Refusal)) throw thrown
        return refused(thrown)
      }
    }
    return refused(new Refusal(404, 'not_found', `there is no ${method} ${url.pathname}; see /api/docs`))
  }
}

function refused({ status, code, message, field }: Refusal): Reply {
  const body = {
    type: 'about:blank',
    title: code,
    status,
    code,
    detail: message,
    requestId: 'fake',
    ...(field && { field }),
  }
  return { status, body, headers: { 'Content-Type': 'application/problem+json' } }
}
