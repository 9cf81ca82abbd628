import { CandlestickChart, Layers, ListOrdered, PanelsTopLeft, ScrollText } from 'lucide-react'
import type { Place } from './place'

const ITEMS = [
  { name: 'Watch', icon: ScrollText, to: { view: 'watch' } },
  { name: 'Chart', icon: CandlestickChart, to: { view: 'chart' } },
  { name: 'Trade', icon: PanelsTopLeft, to: { view: 'ticket' } },
  { name: 'Orders', icon: ListOrdered, to: { view: 'book', tab: 'orders' } },
  { name: 'Book', icon: Layers, to: { view: 'book', tab: 'positions' } },
] as const

/** A phone's way around: within the thumb's reach. */
export function BottomBar({ place, go }: { place: Place; go: (change: Partial<Place>) => void }) {
  return (
    <nav
      aria-label="Views"
      className="grid grid-cols-5 border-t border-line bg-panel pb-[env(safe-area-inset-bottom)] desk:hidden"
    >
      {ITEMS.map(({ name, icon: Icon, to }) => {
        const here =
          to.view === place.view && (to.view !== 'book' || (to.tab === 'orders') === (place.tab === 'orders'))
        return (
          <button
            key={name}
            type="button"
            aria-current={here ? 'page' : undefined}
            onClick={() => go(to)}
            className={`flex flex-col items-center gap-0.5 py-2 text-[11px] ${here ? 'font-semibold text-accent' : 'text-soft'}`}
          >
            <Icon size={18} aria-hidden /> {name}
          </button>
        )
      })}
    </nav>
  )
}
