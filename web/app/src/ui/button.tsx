import type { ComponentProps } from 'react'

const KINDS = {
  plain: 'border border-line bg-panel text-ink hover:bg-hover',
  main: 'border border-transparent bg-accent text-panel font-semibold hover:brightness-110',
  quiet: 'border border-transparent text-soft hover:bg-hover hover:text-ink',
  danger: 'border border-danger text-danger font-semibold hover:bg-danger hover:text-panel',
  buy: 'border border-transparent bg-buy text-panel font-semibold hover:brightness-110',
  sell: 'border border-transparent bg-sell text-panel font-semibold hover:brightness-110',
} as const

const SIZES = {
  small: 'h-6 px-2 text-xs phone:h-9 phone:px-3',
  normal: 'h-8 px-3 phone:h-9',
  large: 'h-10 px-4 text-sm',
} as const

interface Props extends ComponentProps<'button'> {
  kind?: keyof typeof KINDS
  size?: keyof typeof SIZES
  /** Its work is under way: shown, and not to be pressed again. */
  busy?: boolean
}

export function Button({ kind = 'plain', size = 'normal', busy = false, className = '', disabled, ...rest }: Props) {
  return (
    <button
      type="button"
      aria-busy={busy || undefined}
      disabled={disabled || busy}
      className={`inline-flex shrink-0 items-center justify-center gap-1.5 rounded whitespace-nowrap disabled:opacity-50 ${KINDS[kind]} ${SIZES[size]} ${className}`}
      {...rest}
    />
  )
}
