/** The one door to the server: typed by its schema, with the token, and with refusals as `Problem`. */
import createClient from 'openapi-fetch'
import { asProblem, problemOf } from './problem'
import type { paths } from './schema'
import { session } from './session'

async function send(request: Request): Promise<Response> {
  const open = new URL(request.url).pathname.startsWith('/api/auth/') && !request.url.endsWith('/logout')
  // A body can be read once; the copy is for the second try.
  const again = request.clone()
  try {
    const token = open ? null : await session.token()
    if (token) request.headers.set('Authorization', `Bearer ${token}`)
    const response = await fetch(request)
    if (response.status !== 401 || open) return response
    const renewed = await session.refresh()
    if (!renewed) return response
    again.headers.set('Authorization', `Bearer ${renewed}`)
    return await fetch(again)
  } catch (error) {
    throw asProblem(error)
  }
}

export const client = createClient<paths>({
  baseUrl: globalThis.location?.origin ?? '',
  credentials: 'same-origin',
  fetch: send,
})

interface Answer<Data> {
  data?: Data
  error?: unknown
  response: Response
}

/** The answer's data, or the refusal thrown. */
export async function take<Data>(call: Promise<Answer<Data>>): Promise<Data> {
  const { data, error, response } = await call
  if (!response.ok) throw problemOf(error, response)
  return data as Data
}

/** A new key for one submission: sent again after a lost answer, the server gives the first answer and does nothing twice. */
export function submissionKey(): string {
  // randomUUID exists on https and localhost only.
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function idempotent(key: string): { header: { 'Idempotency-Key': string } } {
  return { header: { 'Idempotency-Key': key } }
}
