import '@testing-library/jest-dom/vitest'
import { cleanup } from '@testing-library/react'
import { createElement } from 'react'
import { afterAll, afterEach, beforeAll, vi } from 'vitest'
import { toast } from 'sonner'
import { session } from '@/api/session'
import { socket } from '@/api/socket'
import { ticks } from '@/api/ticks'
import { FakeSocket } from './fake_socket'
import { server } from './server'

// There is no canvas here; what the chart is given is what tests may ask about.
vi.mock('@/charts/candle_chart', () => ({
  default: ({ label, candles }: { label: string; candles: { close: number }[] }) =>
    createElement(
      'div',
      { role: 'img', 'aria-label': label },
      `${candles.length} candles, last ${candles.at(-1)?.close}`,
    ),
}))

beforeAll(() => {
  server.listen({ onUnhandledRequest: 'error' })
  // After it: listening puts a socket of its own in place.
  vi.stubGlobal('WebSocket', FakeSocket)
})
afterEach(() => {
  cleanup()
  toast.dismiss()
  socket.reset()
  session.forget()
  ticks.clear()
  FakeSocket.reset()
  localStorage.clear()
  server.resetHandlers()
})
afterAll(() => server.close())
