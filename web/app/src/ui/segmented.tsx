import { RadioGroup } from 'radix-ui'

interface Props<Value extends string> {
  label: string
  value: Value
  options: readonly Value[]
  onValue: (value: Value) => void
  /** Colour of the chosen one, where it means something. */
  tone?: (value: Value) => string
  className?: string
}

/** A choice of a few, all in sight. */
export function Segmented<Value extends string>({
  label,
  value,
  options,
  onValue,
  tone,
  className = '',
}: Props<Value>) {
  return (
    <RadioGroup.Root
      aria-label={label}
      value={value}
      onValueChange={(next) => onValue(next as Value)}
      className={`flex rounded border border-line bg-raised p-0.5 ${className}`}
    >
      {options.map((option) => (
        <RadioGroup.Item
          key={option}
          value={option}
          className={`h-6.5 flex-1 rounded-sm px-2 text-xs whitespace-nowrap ${
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
}
