import { RadioGroup } from 'radix-ui'
import { useId } from 'react'

interface Props<Value extends string> {
  label: string
  value: Value
  options: readonly Value[]
  onValue: (value: Value) => void
  /** Colour of the chosen one, where it means something. */
  tone?: (value: Value) => string
  className?: string
  /** What is wrong with the choice. */
  error?: string | undefined
}

/** A choice of a few, all in sight. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onValue,
  tone,
  className = '',
  error,
}: Props<Value>) {
  const id = useId()
  const choice = (
    <RadioGroup.Root
      aria-label={label}
      aria-invalid={error ? true : undefined}
      aria-describedby={error ? id : undefined}
      value={value}
      onValueChange={(next) => onValue(next as Value)}
      className={`flex rounded border bg-raised p-0.5 ${error ? 'border-danger' : 'border-line'} ${className}`}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option}
          value={option}
          className={`h-6.5 flex-1 phone:h-8.5 rounded-sm px-2 text-xs whitespace-nowrap ${
            option === value
              ? `font-semibold shadow-sm ${tone?.(option) ?? 'bg-panel text-ink'}`
              : 'text-soft hover:text-ink'
          }`}
        >
          {option}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  )
  if (!error) return choice
  return (
    <div className="flex flex-col gap-1">
      {choice}
      <p id={id} role="alert" className="text-xs text-danger">
        {error}
      </p>
    </div>
  )
}
