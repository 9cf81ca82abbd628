import type { Account } from '@/api/types'

interface Props {
  accounts: Account[]
  chosen: Account
  onChoose: (id: number) => void
}

export function AccountPicker({ accounts, chosen, onChoose }: Props) {
  if (accounts.length === 1) {
    return <span className="max-w-40 truncate text-soft phone:hidden">{chosen.name}</span>
  }
  return (
    <select
      aria-label="Account"
      value={chosen.id}
      onChange={(event) => onChoose(Number(event.target.value))}
      className="h-7 max-w-40 phone:order-3 rounded border border-line bg-panel px-1"
    >
      {accounts.map((account) => (
        <option key={account.id} value={account.id}>
          {account.name}
        </option>
      ))}
    </select>
  )
}
