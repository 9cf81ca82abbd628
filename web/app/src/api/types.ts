/**
 * The server's shapes under the names the page uses, taken from what its routes answer and take: schemas may be renamed
 * there without a change here.
 */
import type { paths } from './schema'

type Json<Part> = Part extends { content: { 'application/json': infer Shape } } ? Shape : never
type Answer<Operation> = Operation extends { responses: infer All } ? Json<All[keyof All & (200 | 201)]> : never
type Body<Operation> = Operation extends { requestBody?: infer Request } ? Json<NonNullable<Request>> : never
type Item<Path extends keyof paths> = Answer<paths[Path]['get']> extends { items: (infer One)[] } ? One : never

export type AuthStatus = Answer<paths['/api/auth/status']['get']>
export type SessionBody = Answer<paths['/api/auth/login']['post']>
export type Config = Answer<paths['/api/config']['get']>
export type Pnl = Answer<paths['/api/pnl']['get']>
export type PanicResult = Answer<paths['/api/panic']['post']>

export type Account = Item<'/api/accounts'>
export type Lock = Item<'/api/risk/locks'>
export type Order = Item<'/api/orders'>
export type Position = Item<'/api/positions'>
export type Quote = Item<'/api/quotes'>
export type RiskEvent = Item<'/api/risk/events'>
export type Run = Item<'/api/runs'>
export type Strategy = Item<'/api/strategies'>
export type Trade = Item<'/api/trades'>

/** What became of an order that was sent. */
export type Placed = Answer<paths['/api/orders']['post']>

export type NewOrder = Body<paths['/api/orders']['post']>
export type OrderChange = Body<paths['/api/orders/{id}']['patch']>
export type StartRun = Body<paths['/api/strategies/{id}/runs']['post']>

/** What the socket tells of a run while it trades. */
export type RunFigures = Pick<
  Run,
  'id' | 'accountId' | 'pnl' | 'openQuantity' | 'tradesToday' | 'positions' | 'lastDecision'
>
export type AccountPnl = Pnl['accounts'][number]
export type Candle = Answer<paths['/api/historical-data']['get']>['candles'][number]
export type Instrument = Config['instruments'][number]
export type Mode = Config['mode']
export type OrderState = Order['state']
export type OrderType = NewOrder['type']
export type RunPnl = Pnl['runs'][number]
export type Side = NewOrder['side']
export type User = SessionBody['user']

/** Of the socket, which the schema does not describe. */
export interface Tick {
  instrument: string
  price: number
  /** ISO 8601 */
  time: string
  volume: number
}

/** RFC 9457, as every refusal looks. */
export interface ProblemBody {
  type: string
  title: string
  status: number
  code:
    | 'bad_request'
    | 'unknown_field'
    | 'validation'
    | 'unauthenticated'
    | 'totp_required'
    | 'forbidden'
    | 'not_found'
    | 'conflict'
    | 'locked'
    | 'risk_refused'
    | 'too_many_requests'
    | 'payload_too_large'
    | 'timeout'
    | 'internal'
    | 'unavailable'
  /** What was wrong with which value, and the cure. */
  detail: string
  /** The field to blame, as a path: `orders[2].quantity`. */
  field?: string | null
  /** The rule of risk that said no. */
  rule?: string | null
  requestId: string
}

/** Orders that may still trade. */
const ENDED = new Set<OrderState>(['filled', 'rejected', 'cancelled', 'expired', 'neverArrived'])

export function isOpen(order: Order): boolean {
  return !ENDED.has(order.state)
}
