/** A WebSocket whose other end is the fake desk. Messages travel a turn later, as on a wire. */
import type { Subscribe } from '@/api/protocol'
import { currentDesk } from './server'

export class FakeSocket extends EventTarget {
  static readonly CONNECTING = 0
  static readonly OPEN = 1
  static readonly CLOSING = 2
  static readonly CLOSED = 3
  /** Every connection of this test, oldest first. */
  static all: FakeSocket[] = []
  /** While set, connections fail. */
  static unreachable = false

  readyState = FakeSocket.CONNECTING
  readonly heard: Subscribe[] = []
  private readonly end: { hear: (text: string) => void; leave: () => void }

  constructor(readonly url: string) {
    super()
    FakeSocket.all.push(this)
    this.end = currentDesk().streams.join({
      send: (message) => queueMicrotask(() => this.receive(message)),
      close: () => queueMicrotask(() => this.drop()),
    })
    queueMicrotask(() => {
      if (FakeSocket.unreachable) return this.drop()
      this.readyState = FakeSocket.OPEN
      this.dispatchEvent(new Event('open'))
    })
  }

  static reset(): void {
    FakeSocket.all = []
    FakeSocket.unreachable = false
  }

  static get last(): FakeSocket {
    const last = FakeSocket.all.at(-1)
    if (!last) throw new Error('nothing has connected')
    return last
  }

  send(text: string): void {
    this.heard.push(JSON.parse(text) as Subscribe)
    this.end.hear(text)
  }

  /** The wire breaks. */
  drop(): void {
    if (this.readyState === FakeSocket.CLOSED) return
    this.readyState = FakeSocket.CLOSED
    this.end.leave()
    this.dispatchEvent(new Event('close'))
  }

  close(): void {
    this.drop()
  }

  /** A message from the server, whatever it is. */
  receive(message: unknown): void {
    if (this.readyState !== FakeSocket.OPEN) return
    this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(message) }))
  }
}
