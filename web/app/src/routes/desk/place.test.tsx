import { act, renderHook } from '@testing-library/react'
import { MemoryRouter } from 'react-router'
import { expect, test } from 'vitest'
import { usePlace } from './place'

test('two changes in a row both hold', () => {
  const { result } = renderHook(() => usePlace(), { wrapper: MemoryRouter })
  act(() => {
    const [, go] = result.current
    go({ tab: 'runs' })
    go({ view: 'ticket' })
  })
  expect(result.current[0]).toMatchObject({ tab: 'runs', view: 'ticket' })
  act(() => result.current[1]({ tab: 'risk' }))
  expect(result.current[0]).toMatchObject({ tab: 'risk', view: 'ticket' })
})
