import type { SessionBody, User } from '@/api/types'
import { ist } from './market'
import { Refusal, type Asked } from './routes'

export const TRADER: User = {
  userId: '12',
  name: 'demo',
  role: 'admin',
  capital: 1_000_000,
  permissions: ['market.read', 'desk.read', 'orders.write', 'runs.write', 'risk.kill', 'risk.unlock'],
}

/** Who may come in: one user, and whichever tokens were handed out last. */
export class Access {
  setupNeeded = false
  demo = true
  totp: string | null = null
  password = 'demo-demo-demo'
  user = TRADER
  /** Whether the browser holds the refresh cookie. */
  cookie = false
  refreshes = 0
  private tokens = new Set<string>()
  private issued = 0

  constructor(private readonly now: () => number) {}

  knows(token: string | null | undefined): boolean {
    return token !== null && token !== undefined && this.tokens.has(token)
  }

  check(asked: Asked): void {
    if (this.knows(asked.headers.get('Authorization')?.replace('Bearer ', ''))) return
    throw new Refusal(401, 'unauthenticated', 'the access token is missing or has expired; refresh it or log in')
  }

  /** As if fifteen minutes had passed. */
  expire(): void {
    this.tokens.clear()
  }

  logIn({ name, password, totp }: { name: string; password: string; totp?: string | null }): SessionBody {
    if (name !== this.user.name || password !== this.password) {
      throw new Refusal(401, 'unauthenticated', 'the name or the password is wrong; try again')
    }
    if (this.totp && !totp)
      throw new Refusal(401, 'totp_required', 'this user has a second factor; send its code', 'totp')
    if (this.totp && totp !== this.totp)
      throw new Refusal(401, 'totp_required', 'the code is wrong or was used; wait for the next one', 'totp')
    this.cookie = true
    return this.issue()
  }

  refresh(): SessionBody {
    this.refreshes += 1
    if (!this.cookie) throw new Refusal(401, 'unauthenticated', 'there is no session; log in')
    return this.issue()
  }

  register({ name, password, setupToken }: { name: string; password: string; setupToken?: string | null }): {
    user: User
  } {
    if (setupToken !== 'SETUP-TOKEN') {
      throw new Refusal(
        403,
        'forbidden',
        'the set-up token is wrong; copy it from the console of the server',
        'setupToken',
      )
    }
    Object.assign(this, { user: { ...TRADER, name }, password, setupNeeded: false })
    return { user: this.user }
  }

  logOut(): void {
    this.cookie = false
    this.tokens.clear()
  }

  private issue(): SessionBody {
    this.issued += 1
    const accessToken = `token-${this.issued}`
    this.tokens.add(accessToken)
    return { accessToken, expiresAt: ist(this.now() + 900_000), user: this.user }
  }
}
