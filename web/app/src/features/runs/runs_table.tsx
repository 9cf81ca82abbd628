import { symbolOf } from '@/api/config'
import type { Run } from '@/api/types'
import { count } from '@/format/rupees'
import { clock } from '@/format/time'
import { Button } from '@/ui/button'
import { Money, Pnl } from '@/ui/money'
import { StateWord } from '@/ui/side'
import { Table, type Column } from '@/ui/table'

const LOOKS = {
  starting: ['Starting…', 'busy'],
  running: ['Running', 'good'],
  paused: ['Paused', 'warn'],
  stopping: ['Stopping…', 'busy'],
  stopped: ['Stopped', 'calm'],
  failed: ['Failed', 'bad'],
} as const

/** What a strategy decides at a bar, in words. */
const DECIDED = {
  enterLong: 'enter long',
  enterShort: 'enter short',
  exitLong: 'exit long',
  exitShort: 'exit short',
  exit: 'exit',
  hold: 'hold',
} as const

/** What it trades by, where it is not one lot without protection. */
function tradesBy({ side, sizing, stop, target, trail }: Run['settings']): string[] {
  const said = [
    side !== 'both' && `${side} only`,
    sizing.quantity && count(sizing.quantity),
    sizing.equityPct && `${sizing.equityPct} % of equity`,
    sizing.riskPct && `${sizing.riskPct} % risk`,
    sizing.volatilityPct && `${sizing.volatilityPct} % volatility`,
    stop && `stop ${stop}`,
    target && `target ${target}`,
    trail && `trail ${trail}`,
  ]
  return said.filter((one): one is string => typeof one === 'string')
}

export function hasEnded(run: Run): boolean {
  return run.state === 'stopped' || run.state === 'failed'
}

interface Props {
  runs: Run[]
  may: boolean
  busy: number | null
  onChoose: (instrument: string) => void
  onTurn: (run: Run, to: 'pause' | 'resume') => void
  onStop: (run: Run) => void
}

export function RunsTable({ runs, may, busy, onChoose, onTurn, onStop }: Props) {
  const columns: Column<Run>[] = [
    {
      head: 'Run',
      cell: (run) => (
        <span className="font-medium desk:whitespace-nowrap">
          {run.strategy}{' '}
          <span className="font-normal whitespace-nowrap text-soft">
            #{run.id} v{run.version}
          </span>
        </span>
      ),
    },
    {
      head: 'State',
      cell: (run) => <StateWord word={LOOKS[run.state][0]} tone={LOOKS[run.state][1]} because={run.because} />,
    },
    {
      head: 'Instruments',
      cell: (run) => (
        <span className="flex flex-wrap gap-x-2">
          {run.instruments.map((one) => (
            <button key={one} type="button" className="hover:underline" onClick={() => onChoose(one)}>
              {symbolOf(one)}
            </button>
          ))}
          <span className="text-soft">
            {run.timeframe} {run.product}
            {run.squareOff && `, flat at ${run.squareOff}`}
            {tradesBy(run.settings).map((one) => `, ${one}`)}
          </span>
        </span>
      ),
    },
    {
      head: 'Position',
      cell: (run) => {
        const held = run.positions.filter((one) => one.quantity !== 0)
        if (held.length === 0) return <span className="text-soft">flat</span>
        return held.map((one) => (
          <span key={one.id} className={`mr-2 whitespace-nowrap ${one.quantity > 0 ? 'text-buy' : 'text-sell'}`}>
            {one.quantity > 0 ? 'long' : 'short'} {count(Math.abs(one.quantity))}
            {run.instruments.length > 1 && ` ${symbolOf(one.instrument)}`}
          </span>
        ))
      },
    },
    { head: 'Unrealised', align: 'right', wide: true, cell: (run) => <Pnl of={run.pnl?.unrealised} /> },
    { head: 'Realised', align: 'right', wide: true, cell: (run) => <Pnl of={run.pnl?.realised} /> },
    { head: 'Charges', align: 'right', wide: true, cell: (run) => <Money of={run.pnl?.charges} /> },
    { head: 'Trades today', align: 'right', wide: true, cell: (run) => count(run.tradesToday) },
    { head: 'Net P&L', align: 'right', cell: (run) => <Pnl of={run.pnl?.net} className="font-medium" /> },
    {
      head: 'Last decision',
      cell: (run) =>
        run.lastDecision ? (
          <span className="whitespace-nowrap">
            {DECIDED[run.lastDecision.signal]}{' '}
            {run.instruments.length > 1 && `${symbolOf(run.lastDecision.instrument)} `}
            <span className="text-soft">{clock(run.lastDecision.at)}</span>
          </span>
        ) : (
          <span className="text-soft">none yet</span>
        ),
    },
    {
      head: 'Deeds',
      quiet: true,
      align: 'right',
      cell: (run) => {
        if (hasEnded(run)) return null
        const to = run.state === 'paused' ? 'resume' : 'pause'
        const name = `${run.strategy} #${run.id}`
        return (
          <span className="inline-flex gap-1">
            <Button
              kind="quiet"
              size="small"
              disabled={!may || run.state === 'stopping'}
              busy={busy === run.id}
              aria-label={`${to === 'pause' ? 'Pause' : 'Resume'} ${name}`}
              onClick={() => onTurn(run, to)}
            >
              {to === 'pause' ? 'Pause' : 'Resume'}
            </Button>
            <Button
              kind="quiet"
              size="small"
              disabled={!may || run.state === 'stopping'}
              aria-label={`Stop ${name}`}
              onClick={() => onStop(run)}
            >
              Stop
            </Button>
          </span>
        )
      },
    },
  ]
  return <Table label="Runs" columns={columns} rows={runs} rowKey={(run) => run.id} dim={hasEnded} />
}
