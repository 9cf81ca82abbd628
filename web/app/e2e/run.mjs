// Works at the page in Chromium as a trader would; prints each step, exits 1 at the first that fails.
//   npm run e2e                                   against the mock server, which it starts (npm run build first)
//   SAUDA_URL=http://127.0.0.1:8080 npm run e2e   against a server; its data is traded with: never a live one
// SAUDA_SETUP_TOKEN: make the admin first. SAUDA_USER, SAUDA_PASSWORD: whom to make or log in as; else the demo user.
// SAUDA_SHOTS: a folder for screenshots. SAUDA_RUN_WAIT_S: how long a run may take to trade (default 180).
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { load } from '../mock/load.mjs'

const { findChromium } = await load('e2e/browser.ts')
const chromium = findChromium()
if (!chromium) {
  console.log('skipped: there is no Chromium')
  process.exit(0)
}
const env = process.env
let mock = null
let url = env.SAUDA_URL
if (!url) {
  mock = spawn(process.execPath, [join(import.meta.dirname, '../mock/serve.mjs'), '--port', '0', '--setup'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = await once(mock.stdout, 'data')
  url = String(line).trim()
}
const { atDesk } = await load('e2e/desk.ts')
try {
  await atDesk({
    url,
    chromium,
    shots: env.SAUDA_SHOTS ?? null,
    setupToken: env.SAUDA_SETUP_TOKEN ?? (mock ? 'SETUP-TOKEN' : null),
    user: env.SAUDA_USER ?? (mock ? 'asha' : null),
    password: env.SAUDA_PASSWORD ?? (mock ? 'asha-asha-asha' : null),
    runWaitSeconds: Number(env.SAUDA_RUN_WAIT_S ?? 180),
  })
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  mock?.kill()
}
