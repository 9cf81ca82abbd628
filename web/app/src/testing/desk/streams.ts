/** The fake server's side of the socket: numbered messages per stream, with a short memory for `after`. */
import { streamName, type ServerMessage, type Stream, type Subscribe, type Topic } from '@/api/protocol'

export interface Client {
  send(message: ServerMessage): void
  close(): void
}

interface Kept {
  seq: number
  deltas: { seq: number; data: unknown }[]
}

const MEMORY = 50

export class Streams {
  private readonly streams = new Map<string, Kept>()
  private readonly clients = new Map<Client, Set<string>>()

  constructor(
    private readonly snapshot: (stream: Stream) => unknown,
    private readonly admit: (token: string) => boolean,
    private readonly ready: () => ServerMessage,
  ) {}

  join(client: Client): { hear: (text: string) => void; leave: () => void } {
    let inside = false
    return {
      leave: () => void this.clients.delete(client),
      hear: (text) => {
        const message = JSON.parse(text) as Subscribe | { type: 'auth'; token: string }
        if (message.type === 'auth') {
          inside = this.admit(message.token)
          if (!inside)
            return client.send({
              type: 'error',
              code: 'unauthenticated',
              detail: 'the token is not valid; log in again',
            })
          this.clients.set(client, new Set())
          return client.send(this.ready())
        }
        if (!inside) return
        for (const stream of streamsOf(message)) {
          const wanted = this.clients.get(client)
          if (message.type === 'unsubscribe') wanted?.delete(streamName(stream))
          else {
            wanted?.add(streamName(stream))
            this.answer(client, stream, message.after)
          }
        }
      },
    }
  }

  publish(topic: Topic, key: string, data: unknown): void {
    const name = streamName({ topic, key })
    const kept = this.kept(name)
    kept.seq += 1
    kept.deltas.push({ seq: kept.seq, data })
    if (kept.deltas.length > MEMORY) kept.deltas.shift()
    for (const [client, wanted] of this.clients) {
      if (wanted.has(name)) client.send({ type: 'delta', topic, key, seq: kept.seq, data })
    }
  }

  /** A number that nobody receives: a gap. */
  skip(topic: Topic, key: string, data: unknown): void {
    const kept = this.kept(streamName({ topic, key }))
    kept.seq += 1
    kept.deltas.push({ seq: kept.seq, data })
  }

  /** The streams that someone listens to. */
  wanted(topic: Topic): string[] {
    const names = [...this.clients.values()].flatMap((set) => [...set])
    return [
      ...new Set(names.filter((name) => name.startsWith(`${topic} `)).map((name) => name.slice(topic.length + 1))),
    ]
  }

  end(reason: string): void {
    for (const client of this.clients.keys()) {
      client.send({ type: 'closed', reason })
      client.close()
    }
    this.clients.clear()
  }

  private answer(client: Client, stream: Stream, after: number | undefined): void {
    const kept = this.kept(streamName(stream))
    const missed = after === undefined ? [] : kept.deltas.filter((one) => one.seq > after)
    if (after !== undefined && missed[0]?.seq === after + 1) {
      for (const one of missed) client.send({ type: 'delta', ...stream, ...one })
    } else if (after === undefined || after !== kept.seq) {
      client.send({ type: 'snapshot', ...stream, seq: kept.seq, data: this.snapshot(stream) })
    }
  }

  private kept(name: string): Kept {
    const kept = this.streams.get(name) ?? { seq: 0, deltas: [] }
    this.streams.set(name, kept)
    return kept
  }
}

function streamsOf({ topic, instruments, instrument, timeframe }: Subscribe): Stream[] {
  if (topic === 'ticks') return (instruments ?? []).map((key) => ({ topic, key }))
  return [{ topic, key: topic === 'candles' ? `${instrument}@${timeframe}` : '' }]
}
