/** The fake desk's orders, positions and trades. Good enough to look at; the real books are in Rust. */
import { isOpen, type NewOrder, type Order, type Position, type Trade } from '@/api/types'
import { exact, ist } from './market'

export interface Told {
  order(order: Order): void
  position(position: Position): void
}

type Exits = Pick<NewOrder, 'stopLoss' | 'targetPrice'>

interface Episode {
  time: string
  price: number
  units: number
  charges: number
}

export class Ledger {
  readonly orders: Order[] = []
  readonly positions: Position[] = []
  readonly trades: Trade[] = []
  private readonly episodes = new Map<string, Episode>()
  private count = 0

  constructor(
    private readonly now: () => number,
    private readonly price: (instrument: string) => number,
    private readonly told: Told,
  ) {}

  place(wish: NewOrder, runId: number | null = null, origin: Order['origin'] = 'manual'): Order {
    this.count += 1
    const order: Order = {
      id: `261121A1K${String(this.count).padStart(7, '0')}`,
      accountId: wish.accountId,
      book: runId === null ? 'manual' : 'run',
      runId,
      parentId: null,
      origin,
      instrument: wish.instrument,
      side: wish.side,
      type: wish.type,
      product: wish.product,
      validity: wish.validity ?? 'DAY',
      quantity: wish.quantity,
      disclosedQuantity: 0,
      filledQuantity: 0,
      averagePrice: null,
      limitPrice: wish.limitPrice ?? null,
      triggerPrice: wish.triggerPrice ?? null,
      state: 'open',
      because: null,
      tag: null,
      createdAt: ist(this.now()),
      updatedAt: ist(this.now()),
    }
    this.orders.unshift(order)
    this.told.order(order)
    this.match(order, wish)
    return this.get(order.id) ?? order
  }

  get(id: string): Order | undefined {
    return this.orders.find((one) => one.id === id)
  }

  change(id: string, terms: Partial<Order>): Order | undefined {
    const at = this.orders.findIndex((one) => one.id === id)
    const old = this.orders[at]
    if (!old) return undefined
    const order = { ...old, ...terms, updatedAt: ist(this.now()) }
    this.orders[at] = order
    this.told.order(order)
    return order
  }

  /** What a new price does: waiting orders trade, positions are valued anew. */
  priced(instrument: string): void {
    for (const order of this.orders.filter((one) => one.instrument === instrument && isOpen(one))) this.match(order, {})
    for (const one of this.positions.filter((each) => each.instrument === instrument && each.quantity !== 0))
      this.value(one)
  }

  close(position: Position, origin: Order['origin'] = 'manual'): Order {
    return this.place(
      {
        accountId: position.accountId,
        instrument: position.instrument,
        side: position.quantity > 0 ? 'SELL' : 'BUY',
        type: 'MARKET',
        product: position.product,
        quantity: Math.abs(position.quantity),
      },
      position.runId,
      origin,
    )
  }

  private match(order: Order, exits: Exits): void {
    const price = this.price(order.instrument)
    const buys = order.side === 'BUY'
    const { limitPrice: limit, triggerPrice: trigger } = order
    if (trigger !== null && (buys ? price < trigger : price > trigger)) return
    if (limit !== null && (buys ? price > limit : price < limit)) return
    this.change(order.id, { state: 'filled', filledQuantity: order.quantity, averagePrice: price })
    this.fill(order, price, exits)
  }

  private fill(order: Order, price: number, exits: Exits): void {
    const signed = order.side === 'BUY' ? order.quantity : -order.quantity
    const held = this.positions.find(
      (one) => one.instrument === order.instrument && one.runId === order.runId && one.product === order.product,
    )
    const charges = exact(Math.round(order.quantity * price * 0.03) / 100)
    const one: Position = held ?? {
      id: `1-${this.positions.length}`,
      accountId: order.accountId,
      book: order.book,
      runId: order.runId,
      instrument: order.instrument,
      product: order.product,
      quantity: 0,
      averagePrice: null,
      lastPrice: price,
      unrealised: 0,
      realised: 0,
      charges: 0,
      stopLoss: null,
      targetPrice: null,
      updatedAt: ist(this.now()),
    }
    if (!held) this.positions.push(one)
    const closed =
      Math.sign(one.quantity) === -Math.sign(signed) ? Math.min(Math.abs(one.quantity), Math.abs(signed)) : 0
    const left = one.quantity + signed
    const before = one.averagePrice ?? price
    const gained = exact(closed * (price - before) * Math.sign(one.quantity))
    if (closed > 0) this.ended(one, order, closed, price, gained, charges)
    const average =
      left === 0
        ? null
        : closed === 0
          ? exact((before * Math.abs(one.quantity) + price * order.quantity) / Math.abs(left))
          : Math.sign(left) === Math.sign(one.quantity)
            ? before
            : price
    if (one.quantity === 0 || Math.sign(left) === -Math.sign(one.quantity)) {
      this.episodes.set(one.id, { time: ist(this.now()), price, units: Math.abs(left), charges })
    }
    Object.assign(one, {
      quantity: left,
      averagePrice: average,
      realised: exact(one.realised + gained),
      charges: exact(one.charges + charges),
      stopLoss: left === 0 ? null : (exits.stopLoss ?? one.stopLoss),
      targetPrice: left === 0 ? null : (exits.targetPrice ?? one.targetPrice),
    })
    this.value(one)
  }

  private ended(one: Position, order: Order, units: number, price: number, gross: number, charges: number): void {
    const began = this.episodes.get(one.id)
    const pnl = exact(gross - charges - (began?.charges ?? 0))
    this.trades.unshift({
      tradeId: `T${this.trades.length + 1}`,
      accountId: one.accountId,
      runId: one.runId,
      instrument: one.instrument,
      timeframe: '1m',
      tradeType: 'intraday',
      direction: one.quantity > 0 ? 'Long' : 'Short',
      entryTime: began?.time ?? ist(this.now()),
      entryPrice: one.averagePrice ?? price,
      exitTime: ist(this.now()),
      exitPrice: price,
      stopLoss: one.stopLoss,
      targetPrice: one.targetPrice,
      quantity: units,
      pnl,
      grossPnl: gross,
      charges: exact(charges + (began?.charges ?? 0)),
      chargesByKind: {},
      exitReason: order.origin === 'risk' ? 'panic' : order.origin === 'strategy' ? 'signal' : 'closed by hand',
      product: one.product,
      holdingTimeSeconds: began ? Math.round((this.now() - Date.parse(began.time)) / 1_000) : 0,
      status: pnl > 0 ? 'Win' : pnl < 0 ? 'Loss' : 'Breakeven',
    })
  }

  private value(one: Position): void {
    const lastPrice = this.price(one.instrument)
    Object.assign(one, {
      lastPrice: one.quantity === 0 ? null : lastPrice,
      unrealised: exact(one.quantity * (lastPrice - (one.averagePrice ?? lastPrice))),
      updatedAt: ist(this.now()),
    })
    this.told.position({ ...one })
  }
}
