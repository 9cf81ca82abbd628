/**
 * The page's one socket. Promises: every stream's messages are handed on in order and once; a gap or a new connection
 * asks for what was missed (`after`), and whoever listens never has to know. Never sends orders: that is REST's work.
 */
import { request, streamName, type ServerMessage, type Stream } from './protocol'
import { session } from './session'
import { store } from './store'

/** How the connection is. */
export type Link = 'off' | 'connecting' | 'live' | 'down'

export type Listener = (kind: 'snapshot' | 'delta', data: unknown) => void

interface Subscription extends Stream {
  listeners: Set<Listener>
  /** Of the last message handed on; null before the first. */
  seq: number | null
  /** Asked again and not answered yet: what comes out of order meanwhile is dropped, not asked for twice. */
  asking: boolean
}

const FIRST_WAIT_MS = 500
const LONGEST_WAIT_MS = 30_000
/** An unanswered `auth` is a dead connection. */
const READY_WITHIN_MS = 8_000

const link = store<Link>('off')
/** When the server last said anything. Not in the store: a tick must not repaint whoever shows the connection. */
let heard = 0
const subscriptions = new Map<string, Subscription>()
let wire: WebSocket | null = null
let attempts = 0
let timer: ReturnType<typeof setTimeout> | undefined
let wanted = false

export const socket = {
  link,
  heard: () => heard,

  open(): void {
    if (wanted) return
    wanted = true
    attempts = 0
    void connect()
  },

  close(): void {
    wanted = false
    clearTimeout(timer)
    drop()
    link.set('off')
  },

  /** For tests: nothing subscribed, nothing known. */
  reset(): void {
    socket.close()
    subscriptions.clear()
  },

  /** Hands every message of a stream to the listener until the returned function is called. */
  listen(stream: Stream, listener: Listener): () => void {
    const name = streamName(stream)
    let subscription = subscriptions.get(name)
    if (subscription) subscription.listeners.add(listener)
    else {
      subscription = { ...stream, listeners: new Set([listener]), seq: null, asking: false }
      subscriptions.set(name, subscription)
      ask(subscription)
    }
    const kept = subscription
    return () => {
      kept.listeners.delete(listener)
      if (kept.listeners.size > 0 || subscriptions.get(name) !== kept) return
      subscriptions.delete(name)
      say(request('unsubscribe', kept))
    }
  },
}

async function connect(): Promise<void> {
  link.set(attempts === 0 ? 'connecting' : 'down')
  let token: string | null
  try {
    token = await session.token()
  } catch {
    return again()
  }
  if (!wanted || !token) return
  const opened = new WebSocket(`${location.origin.replace(/^http/, 'ws')}/api/ws/`)
  wire = opened
  // The token travels in a message: an address ends up in logs.
  opened.addEventListener('open', () => opened.send(JSON.stringify({ type: 'auth', token })))
  opened.addEventListener('message', (event) => wire === opened && hear(String(event.data)))
  opened.addEventListener('close', () => wire === opened && lost())
  timer = setTimeout(() => wire === opened && lost(), READY_WITHIN_MS)
}

function hear(text: string): void {
  const message = JSON.parse(text) as ServerMessage
  heard = Date.now()
  switch (message.type) {
    case 'ready':
      clearTimeout(timer)
      attempts = 0
      link.set('live')
      for (const subscription of subscriptions.values()) ask(subscription)
      return
    case 'snapshot':
    case 'delta':
      return take(message)
    case 'closed':
      return socketClosed(message.reason)
    case 'error':
      if (message.code === 'unauthenticated') void session.refresh().then(lost, lost)
  }
}

function take({ type, topic, key, seq, data }: Extract<ServerMessage, { seq: number }>): void {
  const subscription = subscriptions.get(streamName({ topic, key }))
  if (!subscription) return
  if (type === 'delta') {
    if (subscription.seq !== null && seq <= subscription.seq) return
    if (subscription.seq === null || seq !== subscription.seq + 1) {
      if (!subscription.asking) ask(subscription)
      return
    }
  }
  subscription.seq = seq
  subscription.asking = false
  for (const listener of subscription.listeners) listener(type, data)
}

function ask(subscription: Subscription): void {
  subscription.asking = say(request('subscribe', subscription, subscription.seq))
}

function say(message: unknown): boolean {
  if (wire?.readyState !== WebSocket.OPEN || link.get() !== 'live') return false
  wire.send(JSON.stringify(message))
  return true
}

function socketClosed(reason: string): void {
  if (reason === 'expired') {
    // Nothing is wrong: with a new token the page goes on at once, and asks for what it missed.
    drop()
    return void session.refresh().then((token) => (token ? connect() : undefined), lost)
  }
  if (reason !== 'revoked') return lost()
  socket.close()
  session.end('this session was ended from elsewhere; log in again')
}

function lost(): void {
  drop()
  if (wanted) again()
}

function drop(): void {
  clearTimeout(timer)
  const old = wire
  wire = null
  old?.close()
}

/** Longer waits after each failure, and not all pages at once when a server comes back. */
function again(): void {
  link.set('down')
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempts, LONGEST_WAIT_MS)
  attempts += 1
  timer = setTimeout(() => void connect(), wait * (0.75 + Math.random() / 2))
}
