/** The document's data as it stands in the file: written by `crates/report`, whose types these mirror. */

/** Integers in short form: see `column.ts`. */
export interface Column {
  n: number
  unit: number
  delta: boolean
  data: string
}

export interface Names {
  names: string[]
  of: Column
}

/** Rupees in 1/10,000, times in seconds since 1970 (UTC). */
export interface Page {
  title: string
  madeBy: string
  studies: Study[]
  runs: RunPage[]
  charts: ChartData[]
}

export interface RunPage {
  name: string
  run: Record<string, unknown>
  metrics: Metrics
  digest: Digest
  curve: CurveData
  trades: TradeColumns
  open: OpenPosition[]
  refused: Record<string, unknown>[]
  notes: string[]
}

/** Rupees here are decimal numbers, as in the JSON of a backtest. */
export interface Metrics {
  [key: string]: unknown
  initialCash?: number
  finalEquity?: number
  netPnl?: number
  grossPnl?: number
  charges?: number
  chargesByKind?: Record<string, number>
  trades?: number
  wins?: number
  losses?: number
  winRate?: number | null
  profitFactor?: number | null
  expectancy?: number | null
  avgHoldingSeconds?: number | null
  exposurePct?: number | null
  turnover?: number
  maxDrawdown?: number
  maxDrawdownPct?: number | null
  maxDrawdownDays?: number
  cagr?: number | null
  sharpe?: number | null
  sortino?: number | null
  calmar?: number | null
  longestLosingStreak?: number
  refusedOrders?: number
  byMonth?: Period[]
  byWeekday?: Period[]
  byHour?: Period[]
  buyAndHold?: { netPnl?: number; returnPct?: number; cagr?: number | null; maxDrawdownPct?: number } | null
}

export interface Period {
  key: string
  trades: number
  wins: number
  netPnl: number
  returnPct?: number | null
}

export interface Bin {
  from: number | null
  to: number | null
  trades: number
}

export interface Group {
  key: string
  trades: number
  wins: number
  netPnl: number
}

export interface Digest {
  distribution: Bin[]
  byDirection: Group[]
  byExit: Group[]
  byInstrument: Group[]
  years: { year: string; returnPct: number | null }[]
  averageWin: number | null
  averageLoss: number | null
  median: number | null
  best: number | null
  worst: number | null
}

export interface CurveData {
  time: Column
  equity: Column
  drawdown: Column
  buyAndHold: Column | null
  daily: boolean
}

export interface TradeColumns {
  n: number
  ids: string[] | null
  instruments: Names
  directions: Names
  exits: Names
  entryTime: Column
  entryPrice: Column
  exitTime: Column
  exitPrice: Column
  stop: Column
  target: Column
  quantity: Column
  pnl: Column
  gross: Column
  charges: Column
  holding: Column
}

export interface OpenPosition {
  instrument: string
  direction: string
  entryTime: number
  entryPrice: number
  lastPrice: number
  quantity: number
  unrealised: number
  charges: number
}

export interface ChartData {
  symbol: string
  timeframe: string
  joined: number
  time: Column
  open: Column
  high: Column
  low: Column
  close: Column
  volume: Column | null
}

export type Study = Court | Heatmap | WalkForward

export interface Court {
  kind: 'court'
  outcome: string
  sentence: string
  figures: { name: string; value: string; meaning: string }[]
}

export interface Heatmap {
  kind: 'heatmap'
  figure: string
  xName: string
  x: number[]
  yName: string
  y: number[]
  cells: (number | null)[]
  best: [number, number] | null
  note: string
}

export interface WalkForward {
  kind: 'walkForward'
  figure: string
  folds: Fold[]
  note: string
}

export interface Fold {
  trainFrom: string
  trainTo: string
  testFrom: string
  testTo: string
  chosen: string
  inside: number | null
  outside: number | null
  netPnl: number
}
