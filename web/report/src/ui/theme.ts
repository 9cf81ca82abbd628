import { h } from './element'

/** Charts draw on canvas and must be told when colours change. */
const listeners = new Set<() => void>()
const dark = matchMedia('(prefers-color-scheme: dark)')

export function onTheme(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** A colour of the style sheet as it is now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}

function isDark(): boolean {
  const chosen = document.documentElement.dataset.theme
  return chosen === undefined ? dark.matches : chosen === 'dark'
}

function tell(): void {
  for (const listener of listeners) listener()
}

/** Light for the time of printing: ink is dear. */
export function lightForPrint(): () => void {
  const chosen = document.documentElement.dataset.theme
  document.documentElement.dataset.theme = 'light'
  tell()
  return () => {
    if (chosen === undefined) delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = chosen
    tell()
  }
}

export function themeButton(): HTMLButtonElement {
  const label = () => (isDark() ? 'Light' : 'Dark')
  const button = h('button', { type: 'button', class: 'theme', title: 'Switch between light and dark' }, label())
  button.addEventListener('click', () => {
    document.documentElement.dataset.theme = isDark() ? 'light' : 'dark'
    tell()
  })
  onTheme(() => {
    button.textContent = label()
  })
  dark.addEventListener('change', tell)
  return button
}
