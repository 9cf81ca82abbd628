import type { Position, Run, StartRun, Strategy } from '@/api/types'
import type { Ledger } from './ledger'
import { STRATEGIES } from './listed'
import { exact, ist } from './market'
import { Refusal } from './routes'

/** How often, in steps of the market, a running run changes its mind. */
const STEPS = 40

export class Runs {
  readonly all: Run[] = []
  readonly strategies: Strategy[] = []
  private steps = 0
  private readonly quantities = new Map<number, number>()

  constructor(
    private readonly ledger: Ledger,
    private readonly now: () => number,
    private readonly told: (run: Run) => void,
  ) {}

  keep(name: string, definition: unknown): Strategy {
    const id = this.strategies.length + 1
    const createdAt = ist(this.now())
    const kind = typeof definition === 'string' ? 'rules' : 'builtIn'
    const strategy: Strategy = { id, name, kind, createdAt, version: { id, number: 1, definition, createdAt } }
    this.strategies.push(strategy)
    return strategy
  }

  start(strategyId: number, wish: StartRun): Run {
    const strategy = this.strategies.find((one) => one.id === strategyId)
    if (!strategy)
      throw new Refusal(404, 'not_found', `there is no strategy ${strategyId}; see GET /api/strategies`, 'strategyId')
    const known = STRATEGIES.find((one) => one.name === strategy.name)?.parameters.map((one) => one.name) ?? []
    const odd = Object.keys(wish.parameters ?? {}).find((one) => !known.includes(one))
    if (odd !== undefined) {
      const detail = `strategy \`${strategy.name}\` has no parameter \`${odd}\`; it has ${known.join(', ') || 'none'}`
      throw new Refusal(422, 'validation', detail, 'parameters')
    }
    const at = ist(this.now())
    const run: Run = {
      id: this.all.length + 1,
      strategyId,
      strategy: strategy.name,
      version: 1,
      accountId: wish.accountId,
      instruments: wish.instruments,
      timeframe: wish.timeframe,
      mode: 'paper',
      product: wish.product ?? 'MIS',
      state: 'running',
      because: null,
      createdAt: at,
      startedAt: at,
      endedAt: null,
      pnl: { realised: 0, unrealised: 0, charges: 0, net: 0 },
      squareOff: wish.squareOff ?? null,
      settings: {
        side: wish.side ?? 'both',
        sizing: { quantity: wish.sizing?.quantity ?? null },
        parameters: {},
        stop: wish.stop ?? null,
        target: wish.target ?? null,
        trail: wish.trail ?? null,
        limits: {},
      },
      openQuantity: 0,
      tradesToday: 0,
      positions: [],
      lastDecision: null,
    }
    this.quantities.set(run.id, wish.sizing?.quantity ?? 100)
    this.all.unshift(run)
    this.told(run)
    return run
  }

  get(id: number): Run {
    const run = this.all.find((one) => one.id === id)
    if (!run) throw new Refusal(404, 'not_found', `there is no run ${id}`)
    return run
  }

  change(run: Run, terms: Partial<Run>): Run {
    Object.assign(run, terms)
    this.told({ ...run })
    return { ...run }
  }

  stop(run: Run, squareOff: boolean): Run {
    if (squareOff) for (const one of run.positions.filter((each) => each.quantity !== 0)) this.ledger.close(one)
    return this.change(run, { state: 'stopped', because: 'stopped by demo', endedAt: ist(this.now()) })
  }

  valued(runId: number | null): void {
    const run = this.all.find((one) => one.id === runId)
    if (!run) return
    const positions = this.ledger.positions.filter((one) => one.runId === run.id)
    const sum = (of: (one: Position) => number) => exact(positions.reduce((total, one) => total + of(one), 0))
    const [realised, unrealised, charges] = [
      sum((one) => one.realised),
      sum((one) => one.unrealised),
      sum((one) => one.charges),
    ]
    this.change(run, {
      positions: positions.map((one) => ({ ...one })),
      openQuantity: positions.reduce((total, one) => total + Math.abs(one.quantity), 0),
      pnl: { realised, unrealised, charges, net: exact(realised + unrealised - charges) },
    })
  }

  /** Now and then each running run turns around. */
  decide(): void {
    this.steps += 1
    for (const run of this.all) {
      if (run.state !== 'running' || (this.steps + run.id * 13) % STEPS !== 0) continue
      const [instrument] = run.instruments
      if (!instrument) continue
      const quantity = this.quantities.get(run.id) ?? 1
      const held = run.positions.find((one) => one.instrument === instrument)?.quantity ?? 0
      if (run.strategy === 'buy_and_hold' && held > 0) continue
      const side = held > 0 ? 'SELL' : 'BUY'
      const order = {
        accountId: run.accountId,
        instrument,
        side,
        type: 'MARKET',
        product: run.product,
        quantity: quantity + Math.abs(held),
      } as const
      this.ledger.place(order, run.id, 'strategy')
      this.change(run, {
        lastDecision: {
          time: ist(this.now()),
          at: ist(this.now()),
          instrument,
          signal: side === 'BUY' ? 'enterLong' : 'enterShort',
        },
      })
    }
  }
}
