import { Controller, type Control } from 'react-hook-form'
import { tickOf } from '@/api/config'
import { ticks } from '@/api/ticks'
import type { Instrument } from '@/api/types'
import { price } from '@/format/rupees'
import { stepPrice } from '@/format/steps'
import { Stepper } from '@/ui/stepper'
import type { Draft } from './draft'

interface Props {
  control: Control<Draft>
  instrument: Instrument
  name: 'limitPrice' | 'triggerPrice' | 'stopLoss' | 'targetPrice'
  label: string
}

/** A price by tick. The first step of an empty one lands on the market. */
export function PriceField({ control, instrument, name, label }: Props) {
  const id = instrument.instrument
  const tickSize = tickOf(instrument)
  const market = ticks.get(id)?.price
  const stepped = (text: string, steps: number) => {
    const from = Number(text.replaceAll(',', ''))
    const known = text.trim() !== '' && Number.isFinite(from)
    return price(stepPrice(known ? from : (ticks.get(id)?.price ?? tickSize), known ? steps : 0, tickSize))
  }
  return (
    <Controller
      control={control}
      name={name}
      render={({ field, fieldState }) => (
        <Stepper
          label={label}
          unit="tick"
          value={field.value}
          onValue={field.onChange}
          onBlur={field.onBlur}
          ref={field.ref}
          step={(steps) => stepped(field.value, steps)}
          placeholder={name === 'stopLoss' || name === 'targetPrice' ? 'none' : price(market)}
          error={fieldState.error?.message}
        />
      )}
    />
  )
}
