import { act, screen, waitFor, within } from '@testing-library/react'
import { expect, test } from 'vitest'
import { FakeSocket } from '@/testing/fake_socket'
import { openDesk } from '@/testing/open_page'

const watched = (name: string) => screen.getByRole('button', { name: `Show ${name}` }).closest('li') as HTMLLIElement

test('a tick repaints the cells of its instrument and nothing else', async () => {
  const { desk } = await openDesk()
  await screen.findByRole('img', { name: /Candles/ })
  const touched: Node[] = []
  const watch = new MutationObserver((records) => touched.push(...records.map((record) => record.target)))
  watch.observe(watched('NSE:ITC-EQ').parentElement as HTMLElement, {
    characterData: true,
    childList: true,
    subtree: true,
  })
  act(() => desk.tick('NSE:ITC-EQ', 412.4))
  await within(watched('NSE:ITC-EQ')).findByText('412.40')
  watch.disconnect()
  expect(touched.length).toBeGreaterThan(0)
  expect(touched.every((node) => watched('NSE:ITC-EQ').contains(node))).toBe(true)
})

test('a change is told by sign and arrow, not by colour alone', async () => {
  const { desk } = await openDesk()
  const close = desk.market.closes.get('NSE:ITC-EQ') ?? 0
  act(() => desk.tick('NSE:ITC-EQ', close - 4))
  const row = watched('NSE:ITC-EQ')
  await waitFor(() => expect(row).toHaveTextContent(/−\d\.\d\d %▼/))
})

test('the forming candle follows the market', async () => {
  const { desk } = await openDesk()
  const chart = await screen.findByRole('img', { name: 'Candles of NSE:SBIN-EQ, 1m' })
  act(() => desk.tick('NSE:SBIN-EQ', 991.25))
  await waitFor(() => expect(chart).toHaveTextContent('last 991.25'))
})

test('when the connection is gone the page says that its figures may be old', async () => {
  await openDesk()
  FakeSocket.unreachable = true
  act(() => FakeSocket.last.drop())
  expect(await screen.findByText(/No connection to the server.*may be old/)).toBeVisible()
  expect(screen.getByRole('status', { name: 'Feed: Reconnecting' })).toBeVisible()
})

test('a view that cannot be read says so and can be asked again', async () => {
  const { desk, user } = await openDesk((fresh) => {
    fresh.broken = 'GET /api/trades'
  })
  await user.click(screen.getByRole('tab', { name: 'Trades' }))
  expect(await screen.findByRole('alert')).toHaveTextContent('The trades could not be read. the server answered 503')
  desk.broken = null
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(await screen.findByText('No closed trades yet.')).toBeVisible()
})

test('the mode is a word in the header, in the ticket and in the tab', async () => {
  await openDesk()
  expect(screen.getAllByText('PAPER').length).toBeGreaterThanOrEqual(2)
  expect(document.title).toMatch(/^PAPER · SBIN/)
})
