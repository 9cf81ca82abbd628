/** The form that starts a run: its rules, and what it sends. */
import { z } from 'zod'
import type { StartRun } from '@/api/types'

const optionalNumber = z
  .string()
  .trim()
  .refine((text) => text === '' || Number(text) > 0, 'enter a number above zero, or leave it empty')

export const startSchema = z
  .object({
    strategyId: z.string().min(1, 'choose a strategy'),
    instruments: z.array(z.string()).min(1, 'choose at least one instrument'),
    timeframe: z.string(),
    product: z.enum(['MIS', 'CNC', 'NRML']),
    side: z.enum(['both', 'long', 'short']),
    sizing: z.enum(['quantity', 'equityPct']),
    size: z.string().refine((text) => Number(text) > 0, 'enter a size above zero'),
    parameters: z.string().trim(),
    stop: z.string().trim(),
    target: z.string().trim(),
    squareOff: z.string().trim(),
    maxDailyLoss: optionalNumber,
    maxTradesPerDay: optionalNumber,
  })
  .check(({ value, issues }) => {
    try {
      parametersOf(value.parameters)
    } catch (error) {
      issues.push({ code: 'custom', input: value.parameters, path: ['parameters'], message: (error as Error).message })
    }
  })
export type StartDraft = z.infer<typeof startSchema>
const FIELDS = Object.keys(startSchema.shape) as (keyof StartDraft)[]

/** The field of the form that holds what the server names: `limits.maxDailyLoss`, `instruments[0]`, `sizing.quantity`. */
export function draftField(field: string | undefined): keyof StartDraft | undefined {
  const [, first, inner] = /^(\w+)(?:\[\d+\])?(?:\.(\w+))?/.exec(field ?? '') ?? []
  const wanted =
    first === 'sizing' ? 'size' : first === 'limits' ? inner : first === 'instrument' ? 'instruments' : first
  return FIELDS.find((one) => one === wanted)
}

type Parameters = NonNullable<StartRun['parameters']>

/** `fast=5, slow=20` as the server wants it. */
export function parametersOf(text: string): Parameters {
  const parameters: Parameters = {}
  for (const part of text.split(/[,\n]/).filter((one) => one.trim() !== '')) {
    const [, name, value] = /^\s*(\w+)\s*=\s*(\S+)\s*$/.exec(part) ?? []
    if (!name || !value) throw new Error(`"${part.trim()}" is not name=value; write fast=5, slow=20`)
    parameters[name] =
      value === 'true' ? true : value === 'false' ? false : Number.isNaN(Number(value)) ? value : Number(value)
  }
  return parameters
}

export function toStart(draft: StartDraft, accountId: number): StartRun {
  const parameters = parametersOf(draft.parameters)
  const limits = {
    ...(draft.maxDailyLoss && { maxDailyLoss: Number(draft.maxDailyLoss) }),
    ...(draft.maxTradesPerDay && { maxTradesPerDay: Number(draft.maxTradesPerDay) }),
  }
  return {
    accountId,
    instruments: draft.instruments,
    timeframe: draft.timeframe,
    product: draft.product,
    side: draft.side,
    sizing: draft.sizing === 'quantity' ? { quantity: Number(draft.size) } : { equityPct: Number(draft.size) },
    ...(Object.keys(parameters).length > 0 && { parameters }),
    ...(draft.stop && { stop: draft.stop }),
    ...(draft.target && { target: draft.target }),
    ...(draft.squareOff && { squareOff: draft.squareOff }),
    ...(Object.keys(limits).length > 0 && { limits }),
  }
}
