/** What travels on `/api/ws/`. */

export type Topic = 'ticks' | 'candles' | 'orders' | 'positions' | 'pnl' | 'runs' | 'risk'

/** One stream of numbered messages: a topic, and the instrument or `INSTRUMENT@timeframe` where it has one. */
export interface Stream {
  topic: Topic
  key: string
}

export type ServerMessage =
  | { type: 'ready'; serverTime: string; mode: string }
  | { type: 'snapshot' | 'delta'; topic: Topic; key: string; seq: number; data: unknown }
  | { type: 'error'; code: string; detail: string }
  | { type: 'closed'; reason: string }

export interface Subscribe {
  type: 'subscribe' | 'unsubscribe'
  topic: Topic
  instruments?: string[]
  instrument?: string
  timeframe?: string
  after?: number
}

export function streamName({ topic, key }: Stream): string {
  return `${topic} ${key}`
}

export function request(type: Subscribe['type'], { topic, key }: Stream, after: number | null = null): Subscribe {
  const rest = after === null ? {} : { after }
  if (topic === 'ticks') return { type, topic, instruments: [key], ...rest }
  if (topic === 'candles') {
    const at = key.lastIndexOf('@')
    return { type, topic, instrument: key.slice(0, at), timeframe: key.slice(at + 1), ...rest }
  }
  return { type, topic, ...rest }
}

/** A list in whichever dress it comes: bare, or as a page. */
export function listOf<Item>(data: unknown): Item[] {
  if (Array.isArray(data)) return data as Item[]
  if (typeof data === 'object' && data !== null && 'items' in data && Array.isArray(data.items))
    return data.items as Item[]
  return data === null || data === undefined ? [] : [data as Item]
}
