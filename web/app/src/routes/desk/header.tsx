import { CircleHelp, LogOut, Moon, OctagonAlert, Sun } from 'lucide-react'
import { client, take } from '@/api/client'
import { session, useMay, useSession } from '@/api/session'
import type { Account, Mode } from '@/api/types'
import { Figures } from '@/features/account/figures'
import { AccountPicker } from '@/features/account/picker'
import { FeedState } from '@/features/feed/feed_state'
import { Button } from '@/ui/button'
import { ModeBadge, modeTone } from '@/ui/mode_badge'
import { failed } from '@/ui/report'
import { useTheme } from '@/ui/theme'

interface Props {
  mode: Mode
  accounts: Account[]
  account: Account
  instrument: string
  onAccount: (id: number) => void
  onHelp: () => void
  onPanic: () => void
}

async function logOut(): Promise<void> {
  try {
    await take(client.POST('/api/auth/logout', { body: {} }))
    session.end('you have logged out')
  } catch (error) {
    failed('Not logged out', error)
  }
}

export function Header({ mode, accounts, account, instrument, onAccount, onHelp, onPanic }: Props) {
  const [theme, flip] = useTheme()
  const who = useSession()
  const may = useMay('risk.kill')
  return (
    <header>
      <div className={`h-1 ${modeTone(mode)}`} />
      <div className="flex items-center gap-x-4 gap-y-1 border-b border-line bg-panel px-3 py-1.5 phone:flex-wrap phone:px-2">
        <span className="flex items-center gap-2 phone:order-1">
          <img src="/icon.svg" alt="" width={20} height={20} />
          <h1 className="text-sm font-bold phone:sr-only">Sauda</h1>
          <ModeBadge mode={mode} />
        </span>
        <div className="phone:order-3">
          <FeedState instrument={instrument} />
        </div>
        <span className="flex-1 phone:hidden" />
        <AccountPicker accounts={accounts} chosen={account} onChoose={onAccount} />
        <div className="phone:order-4 phone:ml-auto">
          <Figures account={account} />
        </div>
        <span className="flex items-center gap-1 phone:order-2 phone:ml-auto">
          <Button
            kind="quiet"
            className="px-1.5"
            aria-label={theme === 'dark' ? 'Light colours' : 'Dark colours'}
            onClick={flip}
          >
            {theme === 'dark' ? <Sun size={15} aria-hidden /> : <Moon size={15} aria-hidden />}
          </Button>
          <Button kind="quiet" className="px-1.5 phone:hidden" aria-label="Help and keys" onClick={onHelp}>
            <CircleHelp size={15} aria-hidden />
          </Button>
          <Button
            kind="quiet"
            className="px-1.5"
            aria-label="Log out"
            title={who.state === 'in' ? `Log out ${who.user.name}` : ''}
            onClick={() => void logOut()}
          >
            <LogOut size={15} aria-hidden />
          </Button>
          <Button kind="danger" disabled={!may} onClick={onPanic}>
            <OctagonAlert size={15} aria-hidden /> Panic
          </Button>
        </span>
      </div>
    </header>
  )
}
