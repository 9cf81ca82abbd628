/** A made-up market for tests and for looking at the page: walks of its own, no real prices. */
import type { Candle, Config, Instrument, Quote, Tick } from '@/api/types'
import { INSTRUMENTS, STRATEGIES } from './listed'

const STARTS = [26_180, 26_224.5, 978.4, 1_512.7, 1_003.25, 1_548.1, 3_122.6, 406.15]
const SECONDS: Record<string, number> = { '1m': 60, '5m': 300, '15m': 900, '1h': 3_600, '1d': 86_400 }
export const TIMEFRAMES = Object.keys(SECONDS)

/** As the server writes times. */
export function ist(at: number): string {
  return new Date(at + 19_800_000).toISOString().replace('Z', '+05:30')
}

/** Rupees without a float's dust. */
export function exact(amount: number): number {
  return Math.round(amount * 10_000) / 10_000
}

/** A small generator of repeatable numbers between 0 and 1. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export class Market {
  readonly prices = new Map<string, number>()
  readonly closes = new Map<string, number>()
  /** One-minute candles, the last one forming. */
  readonly minutes = new Map<string, Candle[]>()
  private readonly random: () => number

  constructor(
    readonly now: () => number,
    seed = 7,
    history = 1_200,
  ) {
    this.random = seeded(seed)
    INSTRUMENTS.forEach((one, index) => this.begin(one, STARTS[index] ?? 100, history))
  }

  config(mode: Config['mode']): Config {
    return {
      instruments: INSTRUMENTS,
      timeframes: TIMEFRAMES,
      strategies: STRATEGIES,
      mode,
      feed: { kind: mode === 'replay' ? 'replay' : 'simulated', speed: 1, now: ist(this.now()) },
    }
  }

  /** One step of every walk. */
  step(): Tick[] {
    return INSTRUMENTS.filter(() => this.random() < 0.55).map((one) =>
      this.trade(one.instrument, this.walk(one, 0.00012)),
    )
  }

  /** A trade at a price, as a test or a walk wants it. */
  trade(instrument: string, price: number, volume = Math.ceil(this.random() * 60)): Tick {
    const time = this.now()
    const minute = ist(time - (time % 60_000))
    const candles = this.minutes.get(instrument) ?? []
    const last = candles.at(-1)
    if (last?.time === minute) {
      candles[candles.length - 1] = {
        ...last,
        close: price,
        high: Math.max(last.high, price),
        low: Math.min(last.low, price),
        volume: last.volume + volume,
      }
    } else candles.push({ time: minute, open: price, high: price, low: price, close: price, volume })
    this.minutes.set(instrument, candles)
    this.prices.set(instrument, price)
    return { instrument, price, time: ist(time), volume }
  }

  candles(instrument: string, timeframe: string): Candle[] {
    const span = (SECONDS[timeframe] ?? 60) * 1_000
    const out: Candle[] = []
    for (const one of this.minutes.get(instrument) ?? []) {
      const at = Date.parse(one.time) + 19_800_000
      const time = ist(at - (at % span) - 19_800_000)
      const last = out.at(-1)
      if (last?.time !== time) out.push({ ...one, time })
      else {
        Object.assign(last, {
          high: Math.max(last.high, one.high),
          low: Math.min(last.low, one.low),
          close: one.close,
          volume: last.volume + one.volume,
        })
      }
    }
    return out
  }

  quote(instrument: string): Quote {
    const lastPrice = this.prices.get(instrument) ?? 0
    const previousClose = this.closes.get(instrument) ?? lastPrice
    const change = exact(lastPrice - previousClose)
    const today = this.candles(instrument, '1d').at(-1)
    return {
      instrument,
      lastPrice,
      previousClose,
      change,
      time: ist(this.now()),
      open: today?.open ?? lastPrice,
      high: today?.high ?? lastPrice,
      low: today?.low ?? lastPrice,
      volume: today?.volume ?? null,
      changePct: Math.round((change / previousClose) * 1_000_000) / 10_000,
    }
  }

  private walk({ instrument, tickSize }: Instrument, reach: number): number {
    const price = this.prices.get(instrument) ?? 100
    const tick = tickSize ?? 0.05
    const move = (this.random() - 0.5) * Math.max(price * reach, tick * 2.4)
    return exact(Math.round((price + move) / tick) * tick)
  }

  private begin(one: Instrument, start: number, history: number): void {
    const minute = this.now() - (this.now() % 60_000)
    const candles: Candle[] = []
    this.prices.set(one.instrument, start)
    for (let back = history; back > 0; back--) {
      const open = this.prices.get(one.instrument) ?? start
      const path = [open, this.walk(one, 0.0006), 0, 0]
      for (let leg = 2; leg < 4; leg++) {
        this.prices.set(one.instrument, path[leg - 1] as number)
        path[leg] = this.walk(one, 0.0006)
      }
      const close = path[3] as number
      this.prices.set(one.instrument, close)
      candles.push({
        time: ist(minute - back * 60_000),
        open,
        close,
        high: Math.max(...path),
        low: Math.min(...path),
        volume: Math.ceil(this.random() * 9_000),
      })
    }
    this.minutes.set(one.instrument, candles)
    this.closes.set(one.instrument, candles[Math.floor(history * 0.7)]?.close ?? start)
  }
}
