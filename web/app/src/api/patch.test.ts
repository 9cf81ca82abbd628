import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { patchQuery, PAUSE } from './patch'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const settle = () => vi.advanceTimersByTimeAsync(0)

/** A query that is watched and answered once; its next answers are given by hand. */
async function watched(first: number) {
  const cache = new QueryClient()
  const answers: ((held: number) => void)[] = []
  const observer = new QueryObserver<number>(cache, {
    queryKey: ['held'],
    queryFn: () => new Promise<number>((answer) => answers.push(answer)),
  })
  const stop = observer.subscribe(() => {})
  answers[0]?.(first)
  await settle()
  expect(cache.getQueryData(['held'])).toBe(first)
  return { cache, answers, stop }
}

test('an answer that was written before a message does not overwrite it', async () => {
  const { cache, answers, stop } = await watched(100)
  void cache.invalidateQueries({ queryKey: ['held'] })
  await settle()
  patchQuery<number>(cache, ['held'], () => 0)
  answers[1]?.(100)
  await settle()
  expect([answers.length, cache.getQueryData(['held'])]).toEqual([3, 0])
  answers[2]?.(0)
  await settle()
  expect([cache.getQueryState(['held'])?.fetchStatus, cache.getQueryData(['held'])]).toEqual(['idle', 0])

  patchQuery<number>(cache, ['held'], () => 7)
  expect([answers.length, cache.getQueryData(['held'])]).toEqual([3, 7])
  stop()
})

test('messages that overtake every answer do not ask more than once a second, and the last of them is what stays', async () => {
  const { cache, answers, stop } = await watched(100)
  void cache.invalidateQueries({ queryKey: ['held'] })
  await settle()
  for (let message = 0; message < 40; message += 1) {
    patchQuery<number>(cache, ['held'], () => message)
    await vi.advanceTimersByTimeAsync(PAUSE / 10)
  }
  // The first answer and the one that was on its way; then one at once, and one as each of the four seconds ends.
  expect(answers.length).toBe(7)
  expect(cache.getQueryData(['held'])).toBe(39)
  answers[6]?.(39)
  await vi.advanceTimersByTimeAsync(10 * PAUSE)
  expect(answers.length).toBe(7)
  expect(cache.getQueryData(['held'])).toBe(39)
  expect(cache.getQueryState(['held'])?.fetchStatus).toBe('idle')
  stop()
})
