/** The mock server: every call of the page goes to the fake desk of the test, whose answers the schema types. */
import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { FakeDesk } from './desk/fake_desk'

let desk = new FakeDesk()

/** A desk of its own for each test. */
export function freshDesk(): FakeDesk {
  desk = new FakeDesk({ history: 30 })
  return desk
}

export function currentDesk(): FakeDesk {
  return desk
}

export const server = setupServer(
  http.all('*/api/*', async ({ request }) => {
    const { status, body, headers } = desk.handle(
      request.method,
      new URL(request.url),
      request.headers,
      await request.text(),
    )
    return body === undefined
      ? new HttpResponse(null, { status })
      : HttpResponse.json(body as object, { status, ...(headers && { headers }) })
  }),
)
