import { useQuery } from '@tanstack/react-query'
import type { Account } from '@/api/types'
import { Money, Pnl } from '@/ui/money'
import { fundsQuery, pnlQuery } from './queries'

/** Equity and the day's result after charges, as the server counts them. */
export function Figures({ account }: { account: Account }) {
  const { data } = useQuery(pnlQuery)
  const funds = useQuery(fundsQuery(account.id)).data
  const row = data?.accounts.find((one) => one.accountId === account.id)
  return (
    <dl className="flex items-baseline gap-4" aria-label="Account figures">
      <div className="phone:hidden">
        <dt className="text-[11px] leading-3 text-soft">Available</dt>
        <dd>
          <Money of={funds?.available} />
        </dd>
      </div>
      <div>
        <dt className="text-[11px] leading-3 text-soft">Equity</dt>
        <dd className="font-semibold">
          <Money of={row?.equity} />
        </dd>
      </div>
      <div>
        <dt className="text-[11px] leading-3 text-soft">Day P&L, net</dt>
        <dd className="font-semibold">
          <Pnl of={row?.today} />
        </dd>
      </div>
    </dl>
  )
}
