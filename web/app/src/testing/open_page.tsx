import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { begin } from '@/app/begin'
import { makeCache, Providers } from '@/app/providers'
import { routes } from '@/app/router'
import type { FakeDesk } from './desk/fake_desk'
import { freshDesk } from './server'

/** The page as it opens in a browser. `prepare` makes the desk what the test needs first. */
export function openPage(prepare: (desk: FakeDesk) => void = () => {}, at = '/') {
  const desk = freshDesk()
  prepare(desk)
  const cache = makeCache()
  // Tests do not wait for tries that they know will fail.
  cache.setDefaultOptions({ queries: { ...cache.getDefaultOptions().queries, retry: false } })
  void begin(10)
  const router = createMemoryRouter(routes, { initialEntries: [at] })
  render(
    <Providers cache={cache}>
      <RouterProvider router={router} />
    </Providers>,
  )
  return { desk, user: userEvent.setup(), cache }
}

/** The page of someone whose browser still has the cookie, with prices moving. */
export async function openDesk(prepare: (desk: FakeDesk) => void = () => {}, at = '/?instrument=NSE%3ASBIN-EQ') {
  const page = openPage((desk) => {
    desk.access.cookie = true
    prepare(desk)
  }, at)
  await screen.findByRole('status', { name: 'Feed: Feed on' })
  await screen.findByRole('form', { name: 'Order ticket' })
  return page
}
