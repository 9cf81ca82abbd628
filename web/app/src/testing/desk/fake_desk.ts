/**
 * A desk without a server: what `/api` and `/api/ws/` would answer, in memory, typed by the schema. Tests drive it by hand;
 * the mock server lets it walk by itself.
 */
import type { Stream } from '@/api/protocol'
import { isOpen, type Account, type Lock, type Mode, type Pnl, type RiskEvent, type Run } from '@/api/types'
import { Access } from './access'
import { Ledger } from './ledger'
import { exact, ist, Market } from './market'
import { Runs } from './runs'
import type { Reply, Routes } from './routes'
import { deskRoutes } from './server'
import { Streams } from './streams'

export const INITIAL_CASH = 1_000_000

interface Options {
  now?: () => number
  mode?: Mode
  /** Minutes of candles before now. */
  history?: number
}

export class FakeDesk {
  readonly now: () => number
  readonly mode: Mode
  readonly market: Market
  readonly access: Access
  readonly ledger: Ledger
  readonly runs: Runs
  readonly streams: Streams
  readonly locks: Lock[] = []
  readonly events: RiskEvent[] = []
  /** Every request, as `METHOD path`, with its body: what a test asks about. */
  readonly asked: { what: string; key: string | null; body: string }[] = []
  /** Set to refuse the next request whose `METHOD path` starts so, with this status and nothing said. */
  broken: string | null = null
  private readonly routes: Routes

  constructor({ now = Date.now, mode = 'paper', history = 1_200 }: Options = {}) {
    this.now = now
    this.mode = mode
    this.market = new Market(now, 7, history)
    this.access = new Access(now)
    this.streams = new Streams(
      (stream) => this.snapshot(stream),
      (token) => this.access.knows(token),
      () => ({ type: 'ready', serverTime: ist(this.now()), mode }),
    )
    this.ledger = new Ledger(now, (instrument) => this.market.prices.get(instrument) ?? 0, {
      order: (order) => this.streams.publish('orders', '', order),
      position: (position) => {
        this.streams.publish('positions', '', position)
        this.runs.valued(position.runId)
        this.streams.publish('pnl', '', this.pnl().accounts[0])
      },
    })
    this.runs = new Runs(this.ledger, now, (run: Run) => this.streams.publish('runs', '', run))
    this.routes = deskRoutes(this)
  }

  handle(method: string, url: URL, headers: Headers, body: string): Reply {
    const what = `${method} ${url.pathname}`
    this.asked.push({ what, key: headers.get('Idempotency-Key'), body })
    if (this.broken !== null && what.startsWith(this.broken)) return { status: 503, body: null }
    return this.routes.handle(method, url, headers, body)
  }

  /** A trade in the market: told to whoever listens, and to the orders that wait for it. */
  tick(instrument: string, price: number): void {
    this.tell(this.market.trade(instrument, price, 10))
  }

  /** One step of the whole market. */
  walk(): void {
    for (const tick of this.market.step()) this.tell(tick)
    this.runs.decide()
  }

  accounts(): Account[] {
    const rest = {
      broker: 'paper',
      relation: 'self',
      initialCash: INITIAL_CASH,
      because: null,
      closedAt: null,
      createdAt: ist(this.now()),
    } as const
    return [
      { id: 1, name: 'Paper account', state: 'connected', funds: this.funds(), ...rest },
      { id: 2, name: 'An old one', state: 'closed', funds: null, ...rest, closedAt: ist(this.now()) },
    ]
  }

  funds() {
    const sum = this.pnl().accounts[0]
    const equity = sum?.equity ?? INITIAL_CASH
    const used = exact(
      this.ledger.positions.reduce((total, one) => total + Math.abs(one.quantity * (one.averagePrice ?? 0)) * 0.2, 0),
    )
    return {
      cash: INITIAL_CASH,
      equity,
      marginUsed: used,
      available: exact(equity - used),
      realised: sum?.realised ?? 0,
      unrealised: sum?.unrealised ?? 0,
      charges: sum?.charges ?? 0,
    }
  }

  pnl(): Pnl {
    const sum = (of: (one: { realised: number; unrealised: number; charges: number }) => number) =>
      exact(this.ledger.positions.reduce((total, one) => total + of(one), 0))
    const [realised, unrealised, charges] = [
      sum((one) => one.realised),
      sum((one) => one.unrealised),
      sum((one) => one.charges),
    ]
    const net = exact(realised + unrealised - charges)
    return {
      accounts: [{ accountId: 1, realised, unrealised, charges, net, today: net, equity: exact(INITIAL_CASH + net) }],
      runs: this.runs.all.flatMap(({ id, accountId, pnl }) => (pnl ? [{ runId: id, accountId, ...pnl }] : [])),
    }
  }

  private tell(tick: { instrument: string; price: number; time: string; volume: number }): void {
    const { instrument } = tick
    this.streams.publish('ticks', instrument, tick)
    for (const key of this.streams.wanted('candles').filter((one) => one.startsWith(`${instrument}@`))) {
      this.streams.publish('candles', key, this.market.candles(instrument, key.slice(instrument.length + 1)).at(-1))
    }
    this.ledger.priced(instrument)
  }

  private snapshot({ topic, key }: Stream): unknown {
    switch (topic) {
      case 'ticks': {
        const quote = this.market.quote(key)
        return { instrument: key, price: quote.lastPrice, time: quote.time, volume: 0 }
      }
      case 'candles':
        return this.market.candles(key.slice(0, key.lastIndexOf('@')), key.slice(key.lastIndexOf('@') + 1)).slice(-5)
      case 'orders':
        return this.ledger.orders.filter(isOpen)
      case 'positions':
        return this.ledger.positions
      case 'runs':
        return this.runs.all
      case 'pnl':
        return this.pnl()
      case 'risk':
        return this.locks
    }
  }
}
