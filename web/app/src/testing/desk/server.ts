import { isOpen, type Lock, type NewOrder, type Order, type Placed } from '@/api/types'
import type { FakeDesk } from './fake_desk'
import { INSTRUMENTS } from './listed'
import { ist } from './market'
import { page } from './page'
import { accessRoutes, guards } from './guards'
import { Refusal, Routes } from './routes'
import { runRoutes } from './run_routes'

function outcome(orders: Order[]): Placed {
  return { orders, waitingQuantity: 0, refused: [] }
}

/** Above this the fake's risk refuses. */
const MOST_UNITS = 5_000

export function deskRoutes(desk: FakeDesk): Routes {
  const { access, ledger, market, runs } = desk
  const { inside, once } = guards(access)
  const judge = (wish: NewOrder): void => {
    const instrument = INSTRUMENTS.find((one) => one.instrument === wish.instrument)
    if (!instrument) throw new Refusal(422, 'validation', `there is no instrument ${wish.instrument}`, 'instrument')
    const [lock] = desk.locks
    if (lock) throw new Refusal(423, 'locked', `new entries are locked (${lock.because}); unlock them under Risk`)
    const last = market.prices.get(wish.instrument) ?? 0
    const wrong = wish.stopLoss != null && (wish.side === 'BUY' ? wish.stopLoss >= last : wish.stopLoss <= last)
    if (wrong) {
      const detail = `price ${wish.stopLoss} is on the wrong side of ${last}; use one on the other side`
      throw new Refusal(422, 'risk_refused', detail, 'stopLoss')
    }
    if (wish.quantity <= MOST_UNITS) return
    const detail = `quantity ${wish.quantity} is above the limit of ${MOST_UNITS} for one order; order less, or raise the limit`
    desk.events.unshift({
      id: desk.events.length + 1,
      at: ist(desk.now()),
      accountId: wish.accountId,
      runId: null,
      instrument: wish.instrument,
      rule: 'maxOrderQuantity',
      detail,
      figures: { quantity: wish.quantity, limit: MOST_UNITS },
    })
    desk.streams.publish('risk', '', desk.events[0])
    throw new Refusal(422, 'risk_refused', detail, 'quantity')
  }
  const ownOrder = (id: string) => {
    const order = ledger.get(id)
    if (!order) throw new Refusal(404, 'not_found', `there is no order ${id}`)
    if (!isOpen(order))
      throw new Refusal(409, 'conflict', `order ${id} is ${order.state}: it cannot be changed any more`)
    return order
  }
  const ownPosition = (id: string) => {
    const found = ledger.positions.find((one) => one.id === id)
    if (!found) throw new Refusal(404, 'not_found', `there is no position ${id}`)
    return found
  }
  const cancelAll = () =>
    ledger.orders.filter(isOpen).map((one) => ledger.change(one.id, { state: 'cancelled' })?.id ?? one.id)
  const held = () => ledger.positions.filter((one) => one.quantity !== 0)

  const routes = new Routes()
  accessRoutes(routes, access, desk.mode)
  runRoutes(routes, runs, access)
  return routes
    .on(
      'get',
      '/api/config',
      inside(() => market.config(desk.mode)),
    )
    .on(
      'get',
      '/api/accounts',
      inside(() => page(desk.accounts())),
    )
    .on(
      'get',
      '/api/accounts/{id}/funds',
      inside(() => desk.funds()),
    )
    .on(
      'get',
      '/api/quotes',
      inside(({ query }) => page((query.get('instruments') ?? '').split(',').map((one) => market.quote(one)))),
    )
    .on(
      'get',
      '/api/historical-data',
      inside(({ query }) => {
        const [instrument, timeframe] = [query.get('instrument') ?? '', query.get('timeframe') ?? '1m']
        return { instrument, timeframe, candles: market.candles(instrument, timeframe) }
      }),
    )
    .on(
      'get',
      '/api/orders',
      inside(({ query }) =>
        page(ledger.orders.filter((one) => query.get('open') !== 'true' || isOpen(one)).slice(0, 200)),
      ),
    )
    .on(
      'post',
      '/api/orders',
      once(({ body }) => {
        judge(body)
        return outcome([ledger.place(body)])
      }),
      201,
    )
    .on(
      'delete',
      '/api/orders',
      inside(() => ({ cancelled: cancelAll() })),
    )
    .on(
      'patch',
      '/api/orders/{id}',
      inside(({ id, body }) => {
        const { id: own, quantity, limitPrice, triggerPrice } = ownOrder(id)
        const terms = {
          quantity: body.quantity ?? quantity,
          limitPrice: body.limitPrice ?? limitPrice,
          triggerPrice: body.triggerPrice ?? triggerPrice,
        }
        return ledger.change(own, terms) ?? ownOrder(id)
      }),
    )
    .on(
      'delete',
      '/api/orders/{id}',
      inside(({ id }) => ledger.change(ownOrder(id).id, { state: 'cancelled' }) ?? ownOrder(id)),
    )
    .on(
      'get',
      '/api/trades',
      inside(() => page(ledger.trades.slice(0, 100))),
    )
    .on(
      'get',
      '/api/positions',
      inside(() => page(ledger.positions)),
    )
    .on(
      'post',
      '/api/positions/{id}/close',
      once(({ id }) => outcome([ledger.close(ownPosition(id))])),
    )
    .on(
      'post',
      '/api/positions/close-all',
      once(() => outcome(held().map((one) => ledger.close(one)))),
    )
    .on(
      'post',
      '/api/panic',
      once(() => {
        const lock: Lock = {
          id: 1,
          scope: 'account',
          scopeId: 1,
          kind: 'killSwitch',
          because: `panic by ${access.user.name}`,
          lockedAt: ist(desk.now()),
          until: null,
        }
        desk.locks.push(lock)
        const cancelled = cancelAll()
        const exits = held().map((one) => ledger.close(one, 'risk').id)
        for (const run of runs.all.filter((one) => one.state === 'running'))
          runs.change(run, { state: 'paused', because: 'the account is locked' })
        desk.streams.publish('risk', '', lock)
        return { cancelled, exits, locks: [lock] }
      }),
    )
    .on(
      'get',
      '/api/pnl',
      inside(() => desk.pnl()),
    )
    .on(
      'get',
      '/api/risk/locks',
      inside(() => page(desk.locks)),
    )
    .on(
      'get',
      '/api/risk/events',
      inside(() => page(desk.events)),
    )
    .on(
      'post',
      '/api/risk/unlock',
      inside(() => {
        desk.locks.length = 0
        desk.streams.publish('risk', '', null)
        return page(desk.locks)
      }),
    )
}
