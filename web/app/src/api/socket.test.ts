import { waitFor } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import type { FakeDesk } from '@/testing/desk/fake_desk'
import { FakeSocket } from '@/testing/fake_socket'
import { freshDesk } from '@/testing/server'
import { session } from './session'
import { socket } from './socket'

let desk: FakeDesk
let heard: [string, unknown][]

beforeEach(async () => {
  desk = freshDesk()
  desk.access.cookie = true
  await session.refresh()
  heard = []
  socket.listen({ topic: 'runs', key: '' }, (kind, data) => heard.push([kind, data]))
  socket.open()
  await waitFor(() => expect(heard).toHaveLength(1))
})

const subscriptions = (wire: FakeSocket) => wire.heard.filter((one) => one.type === 'subscribe')

test('the token goes first, in a message and not in the address; then a snapshot, then deltas', () => {
  expect(FakeSocket.last.heard[0]).toEqual({ type: 'auth', token: 'token-1' })
  expect(FakeSocket.last.url).toBe('ws://desk.test/api/ws/')
  expect(heard).toEqual([['snapshot', []]])
})

test('a gap asks for what was missed, and it arrives in order and once', async () => {
  desk.streams.publish('runs', '', 'one')
  desk.streams.skip('runs', '', 'two')
  desk.streams.publish('runs', '', 'three')
  await waitFor(() => expect(heard.map(([, data]) => data)).toEqual([[], 'one', 'two', 'three']))
  expect(subscriptions(FakeSocket.last).at(-1)).toEqual({ type: 'subscribe', topic: 'runs', after: 1 })
})

test('what has been forgotten comes as a snapshot', async () => {
  desk.streams.publish('runs', '', 'one')
  for (let n = 0; n < 60; n++) desk.streams.skip('runs', '', n)
  desk.streams.publish('runs', '', 'last')
  await waitFor(() => expect(heard.at(-1)).toEqual(['snapshot', []]))
  desk.streams.publish('runs', '', 'after it')
  await waitFor(() => expect(heard.at(-1)).toEqual(['delta', 'after it']))
})

test('a lost connection comes back by itself and asks after the last number', async () => {
  desk.streams.publish('runs', '', 'one')
  await waitFor(() => expect(heard).toHaveLength(2))
  FakeSocket.last.drop()
  expect(socket.link.get()).toBe('down')
  desk.streams.publish('runs', '', 'two')
  await waitFor(() => expect(heard.map(([, data]) => data)).toEqual([[], 'one', 'two']), { timeout: 3_000 })
  expect(FakeSocket.all).toHaveLength(2)
  expect(subscriptions(FakeSocket.last)).toEqual([{ type: 'subscribe', topic: 'runs', after: 1 }])
})

test('each failure waits longer', async () => {
  FakeSocket.unreachable = true
  const at = performance.now()
  FakeSocket.last.drop()
  await waitFor(() => expect(FakeSocket.all).toHaveLength(3), { timeout: 6_000 })
  // At the least three quarters of half a second, then of one.
  expect(performance.now() - at).toBeGreaterThan(1_100)
})

test('a token that the server no longer takes is renewed', async () => {
  desk.access.expire()
  FakeSocket.last.drop()
  await waitFor(() => expect(socket.link.get()).toBe('live'), { timeout: 5_000 })
  expect(FakeSocket.last.heard[0]).toMatchObject({ type: 'auth', token: 'token-2' })
})

test('a token that grew too old on an open socket is renewed, and nothing is missed', async () => {
  desk.streams.publish('runs', '', 'one')
  await waitFor(() => expect(heard).toHaveLength(2))
  desk.access.expire()
  desk.streams.end('expired')
  desk.streams.publish('runs', '', 'two')
  await waitFor(() => expect(heard.map(([, data]) => data)).toEqual([[], 'one', 'two']))
  expect(session.get().state).toBe('in')
  expect(FakeSocket.all).toHaveLength(2)
  expect(FakeSocket.last.heard[0]).toMatchObject({ type: 'auth', token: 'token-2' })
  expect(subscriptions(FakeSocket.last)).toEqual([{ type: 'subscribe', topic: 'runs', after: 1 }])
})

test('who has no session any more when the token grew too old is told to log in', async () => {
  desk.access.logOut()
  desk.streams.end('expired')
  await waitFor(() => expect(session.get()).toEqual({ state: 'out', because: 'your session has ended; log in again' }))
  expect(FakeSocket.all).toHaveLength(1)
})

test('nobody listening: the stream is given back', async () => {
  const stop = socket.listen({ topic: 'ticks', key: 'NSE:ITC-EQ' }, () => {})
  const also = socket.listen({ topic: 'ticks', key: 'NSE:ITC-EQ' }, () => {})
  stop()
  expect(FakeSocket.last.heard.at(-1)?.type).toBe('subscribe')
  also()
  expect(FakeSocket.last.heard.at(-1)).toEqual({ type: 'unsubscribe', topic: 'ticks', instruments: ['NSE:ITC-EQ'] })
})
