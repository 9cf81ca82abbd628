import { useQuery } from '@tanstack/react-query'
import type { Account } from '@/api/types'
import { Money, Pnl } from '@/ui/money'
import { fundsQuery, pnlQuery } from './queries'

/** The account's money, line by line. */
export function Funds({ account }: { account: Account }) {
  const row = useQuery(pnlQuery).data?.accounts.find((one) => one.accountId === account.id)
  const funds = useQuery(fundsQuery(account.id)).data
  const line = 'flex justify-between gap-2 py-0.5'
  return (
    <section aria-label="Funds" className="border-t border-line px-3 py-2 text-xs">
      <h2 className="mb-1 flex justify-between font-semibold">
        {account.name}
        <span className={`font-normal ${account.state === 'connected' ? 'text-soft' : 'text-danger'}`}>
          {account.state}
        </span>
      </h2>
      {account.because && <p className="mb-1 text-danger">{account.because}</p>}
      <dl className="[&_dt]:text-soft">
        <div className={line}>
          <dt>Cash</dt>
          <dd>
            <Money of={funds?.cash} />
          </dd>
        </div>
        <div className={line}>
          <dt>Margin used</dt>
          <dd>
            <Money of={funds?.marginUsed} />
          </dd>
        </div>
        <div className={line}>
          <dt>Realised</dt>
          <dd>
            <Pnl of={row?.realised} />
          </dd>
        </div>
        <div className={line}>
          <dt>Unrealised</dt>
          <dd>
            <Pnl of={row?.unrealised} />
          </dd>
        </div>
        <div className={line}>
          <dt>Charges</dt>
          <dd>
            <Money of={row?.charges} />
          </dd>
        </div>
      </dl>
    </section>
  )
}
