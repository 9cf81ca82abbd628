/** What is drawn over candles, in the trader's terms. */

export interface FillMark {
  id: string
  /** When it filled, ISO 8601. */
  time: string
  side: 'BUY' | 'SELL'
  text: string
}

export interface LevelLine {
  id: string
  price: number
  title: string
  kind: 'position' | 'stop' | 'target' | 'buy' | 'sell'
}
