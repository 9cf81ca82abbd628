import { zodResolver } from '@hookform/resolvers/zod'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { useForm } from 'react-hook-form'
import { client, idempotent, submissionKey, take } from '@/api/client'
import { symbolOf } from '@/api/config'
import { asProblem } from '@/api/problem'
import type { Account, Config, Mode } from '@/api/types'
import { Button } from '@/ui/button'
import { Deeds, Dialog } from '@/ui/dialog'
import { Failed, Loading } from '@/ui/faces'
import { SelectField, TextField } from '@/ui/field'
import { modeMeaning, ModeBadge } from '@/ui/mode_badge'
import { done } from '@/ui/report'
import { putRun } from './live'
import { strategiesQuery } from './queries'
import { keptId, offersOf } from './offers'
import { Parameters } from './parameters'
import { draftField, startSchema, toStart, type StartDraft } from './start_draft'

interface Props {
  account: Account
  config: Config
  mode: Mode
  onClose: () => void
}

/** What an empty field means: the simulated market trades at any hour, others square MIS off before the close. */
function usualSquareOff(mode: Mode, product: string): string {
  return mode === 'paper' || product !== 'MIS' ? 'hh:mm; empty: never' : 'hh:mm; empty: before the close, 15:10 at NSE'
}

export function StartRunDialog({ account, config, mode, onClose }: Props) {
  const cache = useQueryClient()
  const strategies = useQuery(strategiesQuery)
  const key = useRef(submissionKey())
  const form = useForm<StartDraft>({
    resolver: zodResolver(startSchema),
    defaultValues: {
      strategyId: '',
      instruments: [],
      timeframe: config.timeframes[0] ?? '1m',
      product: 'MIS',
      side: 'both',
      sizing: 'quantity',
      size: '1',
      parameters: '',
      stop: 'pct=1',
      target: '',
      squareOff: '',
      maxDailyLoss: '',
      maxTradesPerDay: '',
    },
  })
  const { register, handleSubmit, formState, setError, watch } = form
  const { errors } = formState
  const start = useMutation({
    mutationFn: async (draft: StartDraft) => {
      const params = { path: { id: await keptId(draft.strategyId) }, ...idempotent(key.current) }
      return take(client.POST('/api/strategies/{id}/runs', { params, body: toStart(draft, account.id) }))
    },
    onSuccess: (run) => {
      putRun(cache, run)
      void cache.invalidateQueries({ queryKey: strategiesQuery.queryKey })
      done(`Started: ${run.strategy} #${run.id}`, `${run.instruments.join(', ')} ${run.timeframe}`)
      onClose()
    },
    onError: (error) => {
      const { field, message, passing } = asProblem(error)
      // Other terms are another submission; a lost answer is the same one.
      if (!passing) key.current = submissionKey()
      const own = draftField(field)
      if (own) setError(own, { message })
    },
  })
  const offers = offersOf(strategies.data?.items ?? [], config.strategies)
  const about = offers.find((one) => one.value === watch('strategyId'))?.about
  const problem = start.error ? asProblem(start.error) : null
  const unplaced = problem && !draftField(problem.field) ? problem.message : null
  const text = (name: keyof StartDraft, label: string, hint?: string) => (
    <TextField label={label} hint={hint} error={errors[name]?.message} {...register(name)} />
  )
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Start a run"
      about={
        <span className="flex items-center gap-2">
          <ModeBadge mode={mode} /> {account.name}. {modeMeaning(mode)}
        </span>
      }
    >
      {strategies.isPending && <Loading what="strategies" />}
      {strategies.error && (
        <Failed what="The strategies" error={strategies.error} retry={() => void strategies.refetch()} />
      )}
      {strategies.data && (
        <form
          onSubmit={handleSubmit((draft) => start.mutate(draft))}
          noValidate
          aria-label="Start a run"
          className="flex flex-col gap-3"
        >
          <SelectField label="Strategy" error={errors.strategyId?.message} {...register('strategyId')}>
            <option value="">choose…</option>
            {offers.map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
          </SelectField>
          {text('parameters', 'Parameters', 'as name=value, name=value; empty: the strategy’s own')}
          {about && <Parameters of={about} />}
          <fieldset>
            <legend className="mb-1 text-xs text-soft">Instruments</legend>
            <div className="flex max-h-28 flex-wrap gap-x-4 gap-y-1 overflow-y-auto rounded border border-line p-2">
              {config.instruments
                .filter((one) => one.kind !== 'index')
                .map((one) => (
                  <label key={one.instrument} className="flex items-center gap-1.5">
                    <input type="checkbox" value={one.instrument} {...register('instruments')} />{' '}
                    {symbolOf(one.instrument)}
                  </label>
                ))}
            </div>
            {errors.instruments && (
              <p role="alert" className="text-xs text-danger">
                {errors.instruments.message}
              </p>
            )}
          </fieldset>
          <div className="grid grid-cols-3 gap-2">
            <SelectField label="Timeframe" error={errors.timeframe?.message} {...register('timeframe')}>
              {config.timeframes.map((one) => (
                <option key={one}>{one}</option>
              ))}
            </SelectField>
            <SelectField label="Product" error={errors.product?.message} {...register('product')}>
              {['MIS', 'CNC', 'NRML'].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </SelectField>
            <SelectField label="Side" error={errors.side?.message} {...register('side')}>
              {['both', 'long', 'short'].map((one) => (
                <option key={one}>{one}</option>
              ))}
            </SelectField>
            <SelectField label="Size by" {...register('sizing')}>
              <option value="quantity">quantity</option>
              <option value="equityPct">% of equity</option>
            </SelectField>
            {text('size', watch('sizing') === 'quantity' ? 'Quantity' : '% of equity')}
            {text('squareOff', 'Square off at', usualSquareOff(mode, watch('product')))}
            {text('stop', 'Stop loss', 'pct= points= atr=')}
            {text('target', 'Target', 'empty: none')}
            {text('maxDailyLoss', 'Max daily loss', 'rupees')}
          </div>
          {unplaced && (
            <p role="alert" className="text-danger">
              {unplaced}
            </p>
          )}
          <Deeds>
            <Button onClick={onClose}>Back</Button>
            <Button type="submit" kind="main" busy={start.isPending}>
              Start trading
            </Button>
          </Deeds>
        </form>
      )}
    </Dialog>
  )
}
