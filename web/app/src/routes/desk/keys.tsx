import { useEffect, useRef } from 'react'
import { Dialog } from '@/ui/dialog'

const KEYS = [
  ['B', 'buy: opens the ticket'],
  ['S', 'sell: opens the ticket'],
  ['1 – 5', 'orders, positions, trades, runs, risk'],
  ['J, K', 'next and previous instrument'],
  ['Shift + P', 'panic: asks once'],
  ['?', 'this list'],
  ['Esc', 'closes a dialog'],
] as const

/** Keys of the desk; `act` says whether it knew the key. Not while someone types or a dialog is open, not with Ctrl or Alt. */
export function useKeys(act: (key: string) => boolean): void {
  const latest = useRef(act)
  useEffect(() => {
    latest.current = act
  })
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const at = event.target instanceof HTMLElement ? event.target : null
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
      if (at?.closest('input:not([type=radio],[type=checkbox]), select, textarea, [contenteditable], [role=dialog]'))
        return
      if (document.querySelector('[role=dialog]')) return
      // Else the letter that opens the ticket would be typed into it.
      if (latest.current(event.key)) event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [])
}

export function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Keys">
      <dl className="grid grid-cols-[7rem_1fr] gap-y-1.5">
        {KEYS.map(([key, what]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-sans text-xs font-semibold">
                {key}
              </kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-xs text-soft">
        Charts: TradingView Lightweight Charts™, © TradingView, Inc., tradingview.com. Licences of all parts:
        /licenses.md
      </p>
    </Dialog>
  )
}
