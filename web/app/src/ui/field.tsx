import { useId, type ComponentProps, type ReactNode } from 'react'

interface Frame {
  label: string
  error?: string | undefined
  hint?: ReactNode
}

const INPUT = 'h-8 w-full min-w-0 phone:h-10 rounded border bg-panel px-2 disabled:opacity-50'

export function inputClass(error: string | undefined): string {
  return `${INPUT} ${error ? 'border-danger' : 'border-line'}`
}

/** A label, what belongs in it, and what is wrong with it, at the field itself. */
export function FieldFrame({ label, error, hint, id, children }: Frame & { id: string; children: ReactNode }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <label htmlFor={id} className="flex justify-between gap-2 text-xs text-soft">
        {label}
      </label>
      {children}
      {hint && !error && (
        <p id={`${id}-hint`} className="text-xs text-soft">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="text-xs text-danger">
          {error}
        </p>
      )}
    </div>
  )
}

export function describedBy(id: string, { error, hint }: Pick<Frame, 'error' | 'hint'>): string | undefined {
  return error ? `${id}-error` : hint ? `${id}-hint` : undefined
}

export function TextField({ label, error, hint, ...rest }: Frame & ComponentProps<'input'>) {
  const id = useId()
  return (
    <FieldFrame id={id} label={label} error={error} hint={hint}>
      <input
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { error, hint })}
        className={inputClass(error)}
        {...rest}
      />
    </FieldFrame>
  )
}

export function SelectField({ label, error, hint, children, ...rest }: Frame & ComponentProps<'select'>) {
  const id = useId()
  return (
    <FieldFrame id={id} label={label} error={error} hint={hint}>
      <select
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={describedBy(id, { error, hint })}
        className={inputClass(error)}
        {...rest}
      >
        {children}
      </select>
    </FieldFrame>
  )
}
