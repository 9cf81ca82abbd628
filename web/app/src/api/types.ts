/** The server's shapes under the names the page uses. The one file to change when the schema renames something. */
import type { components } from './schema'

type Schemas = components['schemas']

export type Account = Schemas['Account']
export type AccountPnl = Schemas['AccountPnl']
export type AuthStatus = Schemas['AuthStatus']
export type Candle = Schemas['Candle']
export type Config = Schemas['Config']
export type Instrument = Schemas['Instrument']
export type Lock = Schemas['Lock']
export type Mode = Schemas['Mode']
export type NewOrder = Schemas['NewOrder']
export type Order = Schemas['Order']
export type OrderChange = Schemas['OrderChange']
export type OrderState = Schemas['OrderState']
export type OrderType = Schemas['OrderType']
export type PanicResult = Schemas['Panic']
export type Pnl = Schemas['Pnl']
export type Position = Schemas['Position']
export type ProblemBody = Schemas['Problem']
export type Product = Schemas['Product']
export type Quote = Schemas['Quote']
export type RiskEvent = Schemas['RiskEvent']
export type Run = Schemas['Run']
export type RunPnl = Schemas['RunPnlRow']
export type SessionBody = Schemas['Session']
export type Side = Schemas['Side']
export type StartRun = Schemas['StartRun']
export type Strategy = Schemas['Strategy']
export type Tick = Schemas['Tick']
export type Trade = Schemas['Trade']
export type User = Schemas['User']

/** Orders that may still trade. */
const ENDED = new Set<OrderState>(['filled', 'rejected', 'cancelled', 'expired', 'neverArrived'])

export function isOpen(order: Order): boolean {
  return !ENDED.has(order.state)
}
