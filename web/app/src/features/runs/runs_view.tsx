import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { useMay } from '@/api/session'
import type { Account, Config, Mode, Run } from '@/api/types'
import { Button } from '@/ui/button'
import { Faces } from '@/ui/faces'
import { done, failed } from '@/ui/report'
import { putRun } from './live'
import { runsQuery } from './queries'
import { RunsTable } from './runs_table'
import { StartRunDialog } from './start_run'
import { StopRun } from './stop_run'

interface Props {
  account: Account
  config: Config
  mode: Mode
  onChoose: (instrument: string) => void
}

export function RunsView({ account, config, mode, onChoose }: Props) {
  const [starting, setStarting] = useState(false)
  const [stopping, setStopping] = useState<Run | null>(null)
  const may = useMay('runs.write')
  const cache = useQueryClient()
  const query = useQuery(runsQuery(account.id))
  const turn = useMutation({
    mutationFn: ({ run, to }: { run: Run; to: 'pause' | 'resume' }) => {
      const params = { path: { id: run.id }, ...idempotent(submissionKey()) }
      return take(
        to === 'pause'
          ? client.POST('/api/runs/{id}/pause', { params, body: {} })
          : client.POST('/api/runs/{id}/resume', { params, body: {} }),
      )
    },
    onSuccess: (run, { to }) => {
      putRun(cache, run)
      done(
        to === 'pause' ? `Paused: ${run.strategy}` : `Resumed: ${run.strategy}`,
        to === 'pause'
          ? 'It decides nothing new. Its position and its stops stay.'
          : 'It decides again from the next candle.',
      )
    },
    onError: (error, { to }) => failed(to === 'pause' ? 'Not paused' : 'Not resumed', error),
  })
  return (
    <section aria-label="Runs">
      <div className="flex items-center gap-2 px-2 py-1.5">
        <span className="text-soft">Strategies that trade this account</span>
        <span className="flex-1" />
        <Button size="small" disabled={!may} onClick={() => setStarting(true)}>
          Start a run
        </Button>
      </div>
      <Faces
        what="The runs"
        query={query}
        isEmpty={(page) => page.items.length === 0}
        empty="No strategy runs here. Start one above."
      >
        {(page) => (
          <RunsTable
            runs={page.items}
            may={may}
            busy={turn.isPending ? turn.variables.run.id : null}
            onChoose={onChoose}
            onTurn={(run, to) => turn.mutate({ run, to })}
            onStop={setStopping}
          />
        )}
      </Faces>
      {starting && <StartRunDialog account={account} config={config} mode={mode} onClose={() => setStarting(false)} />}
      {stopping && <StopRun run={stopping} mode={mode} onClose={() => setStopping(null)} />}
    </section>
  )
}
