import { useEffect } from 'react'
import type { Mode } from '@/api/types'
import { modeWord } from './mode_badge'

/** The tab says the mode first: it is what one must not mistake. */
export function useTitle(what: string, mode: Mode | undefined): void {
  useEffect(() => {
    document.title = `${mode ? `${modeWord(mode)} · ` : ''}${what ? `${what} · ` : ''}Sauda`
  }, [what, mode])
}
