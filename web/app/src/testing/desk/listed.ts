/** What the fake desk trades, and by which strategies. */
import type { Config, Instrument } from '@/api/types'

const share = (symbol: string, name: string): Instrument => ({
  instrument: `NSE:${symbol}-EQ`,
  name,
  kind: 'equity',
  tickSize: 0.05,
  lotSize: 1,
  freezeQuantity: null,
})

export const INSTRUMENTS: Instrument[] = [
  {
    instrument: 'NSE:NIFTY50-INDEX',
    name: 'Nifty 50',
    kind: 'index',
    tickSize: null,
    lotSize: 1,
    freezeQuantity: null,
  },
  share('SBIN', 'State Bank of India'),
  share('RELIANCE', 'Reliance Industries'),
  share('HDFCBANK', 'HDFC Bank'),
  share('INFY', 'Infosys'),
  share('TCS', 'Tata Consultancy Services'),
  share('ITC', 'ITC'),
  {
    instrument: 'NSE:NIFTY26NOVFUT',
    name: 'Nifty 26 Nov future',
    kind: 'future',
    tickSize: 0.1,
    lotSize: 65,
    freezeQuantity: 1755,
  },
]

const parameter = (name: string, usual: number, doc: string) => ({
  name,
  doc,
  kind: 'integer',
  default: usual,
  min: 2,
  max: 500,
})

export const STRATEGIES: Config['strategies'] = [
  {
    name: 'sma_cross',
    doc: 'Long while the fast average is above the slow one, short while it is below.',
    parameters: [parameter('fast', 10, 'bars of the fast average'), parameter('slow', 30, 'bars of the slow average')],
  },
  {
    name: 'rsi_reversal',
    doc: 'Buys what has fallen too fast.',
    parameters: [parameter('period', 14, 'bars of the index')],
  },
  { name: 'buy_and_hold', doc: 'Buys at the first close and holds.', parameters: [] },
  { name: 'opening_range', doc: 'Follows the price out of the first range of the day.', parameters: [] },
]
