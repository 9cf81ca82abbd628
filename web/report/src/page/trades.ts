import { decode, places } from './column'
import type { TradeColumns } from './types'

/** Trades by column, read once. Rupees in 1/10,000, times in seconds; a level of 0 is none. */
export interface Trades {
  n: number
  id(i: number): string
  instruments: string[]
  directions: string[]
  exits: string[]
  instrument: Uint32Array
  direction: Uint32Array
  exit: Uint32Array
  entryTime: Float64Array
  entryPrice: Float64Array
  exitTime: Float64Array
  exitPrice: Float64Array
  stop: Float64Array
  target: Float64Array
  quantity: Float64Array
  pnl: Float64Array
  gross: Float64Array
  charges: Float64Array
  holding: Float64Array
}

export function readTrades(columns: TradeColumns): Trades {
  return {
    n: columns.n,
    id: (i) => columns.ids?.[i] ?? `T${i + 1}`,
    instruments: columns.instruments.names,
    directions: columns.directions.names,
    exits: columns.exits.names,
    instrument: places(columns.instruments),
    direction: places(columns.directions),
    exit: places(columns.exits),
    entryTime: decode(columns.entryTime),
    entryPrice: decode(columns.entryPrice),
    exitTime: decode(columns.exitTime),
    exitPrice: decode(columns.exitPrice),
    stop: decode(columns.stop),
    target: decode(columns.target),
    quantity: decode(columns.quantity),
    pnl: decode(columns.pnl),
    gross: decode(columns.gross),
    charges: decode(columns.charges),
    holding: decode(columns.holding),
  }
}

export function isShort(trades: Trades, i: number): boolean {
  return trades.directions[trades.direction[i] ?? 0] === 'Short'
}
