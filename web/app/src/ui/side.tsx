import type { Side } from '@/api/types'
import { said } from '@/format/said'

export function SideWord({ side }: { side: Side }) {
  return <span className={`font-semibold ${side === 'BUY' ? 'text-buy' : 'text-sell'}`}>{side}</span>
}

const TONES = {
  calm: 'text-soft',
  good: 'text-gain',
  busy: 'text-accent',
  warn: 'text-warn',
  bad: 'text-loss',
} as const

/** A state in a word. `because` stands under it, where there is a reason. */
export function StateWord({
  word,
  tone,
  because,
}: {
  word: string
  tone: keyof typeof TONES
  because?: string | null
}) {
  return (
    <span className="flex flex-col">
      <span className={`font-medium whitespace-nowrap ${TONES[tone]}`}>{word}</span>
      {because && <span className="max-w-72 text-xs desk:min-w-40 text-soft">{said(because)}</span>}
    </span>
  )
}
