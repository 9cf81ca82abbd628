import { QueryClient, QueryObserver } from '@tanstack/react-query'
import { expect, test } from 'vitest'
import { patchQuery } from './patch'

test('an answer that was written before a message does not overwrite it', async () => {
  const cache = new QueryClient()
  const answers: ((held: number) => void)[] = []
  const observer = new QueryObserver<number>(cache, {
    queryKey: ['held'],
    queryFn: () => new Promise<number>((answer) => answers.push(answer)),
  })
  const stop = observer.subscribe(() => {})
  answers[0]?.(100)
  await expect.poll(() => cache.getQueryData(['held'])).toBe(100)

  void cache.invalidateQueries({ queryKey: ['held'] })
  await expect.poll(() => answers.length).toBe(2)
  patchQuery<number>(cache, ['held'], () => 0)
  answers[1]?.(100)
  await expect.poll(() => answers.length).toBe(3)
  expect(cache.getQueryData(['held'])).toBe(0)
  answers[2]?.(0)
  await expect.poll(() => cache.getQueryState(['held'])?.fetchStatus).toBe('idle')
  expect(cache.getQueryData(['held'])).toBe(0)

  patchQuery<number>(cache, ['held'], () => 7)
  expect([answers.length, cache.getQueryData(['held'])]).toEqual([3, 7])
  stop()
})
