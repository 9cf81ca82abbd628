import type { Mode } from '@/api/types'
import type { Access } from './access'
import type { Asked, Routes } from './routes'

/** What stands before an answer: who asks, and whether it was asked before. */
export function guards(access: Access) {
  const answers = new Map<string, unknown>()
  const inside =
    <Question extends Asked, Answer>(answer: (asked: Question) => Answer) =>
    (asked: Question): Answer => {
      access.check(asked)
      return answer(asked)
    }
  /** The first answer again for the same key. */
  const once = <Question extends Asked, Answer>(answer: (asked: Question) => Answer) =>
    inside((asked: Question): Answer => {
      const key = asked.headers.get('Idempotency-Key')
      if (!key) return answer(asked)
      if (!answers.has(key)) answers.set(key, answer(asked))
      return answers.get(key) as Answer
    })
  return { inside, once }
}

export function accessRoutes(routes: Routes, access: Access, mode: Mode): void {
  const { inside } = guards(access)
  routes
    .on('get', '/api/auth/status', () => ({
      setupNeeded: access.setupNeeded,
      registrationOpen: false,
      mode: mode,
      demo: access.demo && !access.setupNeeded ? { name: access.user.name, password: access.password } : null,
    }))
    .on('post', '/api/auth/register', ({ body }) => access.register(body), 201)
    .on('post', '/api/auth/login', ({ body }) => access.logIn(body))
    .on('post', '/api/auth/refresh', () => access.refresh())
    .on(
      'post',
      '/api/auth/logout',
      inside(() => access.logOut() as undefined),
    )
}
