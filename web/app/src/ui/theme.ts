/** Dark or light: as the system says, until someone chooses. */
import { useSyncExternalStore } from 'react'
import { store } from '@/api/store'

const KEY = 'sauda.theme'
export type Theme = 'dark' | 'light'

const chosen = store<Theme | null>(null)
const dark = matchMedia('(prefers-color-scheme: dark)')

function current(): Theme {
  return chosen.get() ?? (dark.matches ? 'dark' : 'light')
}

function show(): void {
  document.documentElement.dataset.theme = current()
}

/** Before the first paint of the page. */
export function startTheme(): void {
  const kept = localStorage.getItem(KEY)
  if (kept === 'dark' || kept === 'light') chosen.set(kept)
  show()
  dark.addEventListener('change', () => {
    show()
    // Charts draw with colours they were given.
    for (const listener of listeners) listener()
  })
}

const listeners = new Set<() => void>()
chosen.subscribe(() => {
  show()
  for (const listener of listeners) listener()
})

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useTheme(): [Theme, () => void] {
  const theme = useSyncExternalStore(subscribe, current)
  const flip = () => {
    const next = current() === 'dark' ? 'light' : 'dark'
    localStorage.setItem(KEY, next)
    chosen.set(next)
  }
  return [theme, flip]
}

/** A colour of the style sheet as it is now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim() || '#888888'
}
