import assert from 'node:assert/strict'
import { launch } from './browser'
import { tradeByHand, watch } from './by_hand'
import { comeIn } from './door'
import { looks, WIDE } from './looks'
import { panic, unlock } from './panic'
import { runTrades, startRun } from './a_run'
import { Steps } from './steps'
import { Trader } from './trader'

export interface Visit {
  url: string
  chromium: string
  shots: string | null
  setupToken: string | null
  /** Null: the demo user, as the page fills it in. */
  user: string | null
  password: string | null
  runWaitSeconds: number
}

/** A day of a trader, from the first start to the lock and out of it again. */
export async function atDesk(visit: Visit): Promise<void> {
  const browser = await launch(visit.chromium)
  try {
    // Far from India: times are Indian wherever the page is read.
    const context = await browser.newContext({ viewport: WIDE, colorScheme: 'dark', timezoneId: 'America/New_York' })
    // A machine that is busy with other tests is slow, not wrong.
    context.setDefaultTimeout(60_000)
    const steps = new Steps(await context.newPage(), visit.shots, visit.url)
    const trader = new Trader(steps.page)
    await steps.page.goto(visit.url)
    await comeIn(steps, trader, visit)
    // It trades when its first candle closes; meanwhile there is work to do by hand.
    await startRun(steps, trader)
    await watch(steps, trader)
    await tradeByHand(steps, trader)
    await looks(steps)
    await runTrades(steps, trader, visit.runWaitSeconds)
    await panic(steps, trader)
    await unlock(steps, trader)
    assert.deepEqual(steps.faults, [], 'faults seen on the way')
  } finally {
    await browser.close()
  }
}
