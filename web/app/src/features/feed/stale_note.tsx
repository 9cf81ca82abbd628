import { useLink } from '@/api/use_link'
import { clock } from '@/format/time'
import { Stale } from '@/ui/faces'

/** Across the whole page: what is shown may be old. Orders still go by REST, and say for themselves whether they arrived. */
export function StaleNote() {
  const { link, silent, heard } = useLink()
  if (link !== 'down' && !silent) return null
  const since = heard > 0 ? ` since ${clock(heard)} IST` : ''
  return (
    <Stale>
      {silent ? `The server has said nothing${since}.` : `No connection to the server${since}; trying again.`} Prices,
      positions and orders on this page may be old.
    </Stale>
  )
}
