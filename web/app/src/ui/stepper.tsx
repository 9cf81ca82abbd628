import { Minus, Plus } from 'lucide-react'
import { useId, type ComponentProps, type ReactNode } from 'react'
import { describedBy, FieldFrame, inputClass } from './field'

interface Props extends Omit<ComponentProps<'input'>, 'value' | 'onChange' | 'step'> {
  label: string
  value: string
  onValue: (value: string) => void
  /** The value some steps away: by lots, by ticks. */
  step: (steps: number) => string
  unit: string
  error?: string | undefined
  hint?: ReactNode
}

/** A number with a button on either side; the arrow keys step too. Text inside: half a number is a draft, not a zero. */
export function Stepper({ label, value, onValue, step, unit, error, hint, ...rest }: Props) {
  const id = useId()
  const button =
    'flex w-8 phone:w-10 shrink-0 items-center justify-center border-line bg-raised text-soft hover:bg-hover'
  return (
    <FieldFrame id={id} label={label} error={error} hint={hint}>
      <div className="flex h-8 items-stretch phone:h-10">
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${label}: one ${unit} less`}
          className={`${button} rounded-l border border-r-0`}
          onClick={() => onValue(step(-1))}
        >
          <Minus size={13} aria-hidden />
        </button>
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={value}
          aria-invalid={error ? true : undefined}
          aria-describedby={describedBy(id, { error, hint })}
          className={`${inputClass(error)} rounded-none text-right`}
          onChange={(event) => onValue(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
            event.preventDefault()
            onValue(step(event.key === 'ArrowUp' ? 1 : -1))
          }}
          {...rest}
        />
        <button
          type="button"
          tabIndex={-1}
          aria-label={`${label}: one ${unit} more`}
          className={`${button} rounded-r border border-l-0`}
          onClick={() => onValue(step(1))}
        >
          <Plus size={13} aria-hidden />
        </button>
      </div>
    </FieldFrame>
  )
}
