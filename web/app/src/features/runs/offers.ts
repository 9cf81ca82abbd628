/** What can be run: the strategies that the user keeps, and the server's own, which are kept when they are first run. */
import { client, take } from '@/api/client'
import type { Config, Strategy } from '@/api/types'

type BuiltIn = Config['strategies'][number]

export interface Offer {
  /** The number of a kept strategy, or the name of one of the server's own. */
  value: string
  label: string
  /** Known of the server's own only. */
  about: BuiltIn | undefined
}

/** The name of the server's own strategy that a kept one is. */
function builtInOf({ kind, version }: Strategy): string | null {
  const definition = version?.definition
  if (kind !== 'builtIn' || typeof definition !== 'object' || definition === null) return null
  return 'strategy' in definition ? String(definition.strategy) : null
}

function kindOf(strategy: Strategy): string {
  if (strategy.kind === 'builtIn') return 'built in'
  return strategy.version ? `rules, version ${strategy.version.number}` : 'rules without a version yet'
}

export function offersOf(kept: Strategy[], own: BuiltIn[]): Offer[] {
  const names = new Set(kept.map(builtInOf))
  return [
    ...kept.map((one) => ({
      value: String(one.id),
      label: `${one.name} (${kindOf(one)})`,
      about: own.find((each) => each.name === builtInOf(one)),
    })),
    ...own
      .filter(({ name }) => !names.has(name))
      .map((about) => ({ value: about.name, label: `${about.name} (built in)`, about })),
  ]
}

/** The number of what was chosen, which is kept first if it is not yet. */
export async function keptId(value: string): Promise<number> {
  if (/^\d+$/.test(value)) return Number(value)
  // Read anew: it may be kept since, by a try whose answer was lost.
  const { items } = await take(client.GET('/api/strategies', { params: { query: { limit: 500 } } }))
  const known = items.find((one) => builtInOf(one) === value)
  if (known) return known.id
  const body = { name: value, definition: { strategy: value } }
  return (await take(client.POST('/api/strategies', { body }))).id
}
