import type { Mode } from '@/api/types'

const LOOK: Record<Mode, { word: string; tone: string; meaning: string }> = {
  paper: { word: 'PAPER', tone: 'bg-paper', meaning: 'Orders go to the simulated exchange. No money moves.' },
  replay: { word: 'REPLAY', tone: 'bg-replay', meaning: 'A past day is played again. No money moves.' },
  live: { word: 'LIVE', tone: 'bg-live', meaning: 'Orders go to the broker. Money moves.' },
}

export function modeWord(mode: Mode): string {
  return LOOK[mode].word
}

export function modeTone(mode: Mode): string {
  return LOOK[mode].tone
}

export function modeMeaning(mode: Mode): string {
  return LOOK[mode].meaning
}

export function ModeBadge({ mode }: { mode: Mode }) {
  return (
    <span
      title={LOOK[mode].meaning}
      className={`rounded px-1.5 py-0.5 text-xs font-bold tracking-wider text-white ${LOOK[mode].tone}`}
    >
      {LOOK[mode].word}
    </span>
  )
}
