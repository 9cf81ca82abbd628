// Works at the page in Chromium as a trader would; prints each step, exits 1 at the first that fails.
//   npm run e2e                                   against the mock server, which it starts (npm run build first)
//   SAUDA_URL=http://127.0.0.1:8420 npm run e2e   against a server; its data is traded with: never a live one
// SAUDA_SETUP_TOKEN: make the admin first. SAUDA_USER, SAUDA_PASSWORD: whom to make or log in as; else the demo user.
// SAUDA_SHOTS: a folder for screenshots; without one the page is kept when a step fails, and where is said.
// SAUDA_RUN_WAIT_S: how long a run may take to trade (default 180). Without Chromium or the packages: `skipped: …`.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const app = join(import.meta.dirname, '..')
if (!existsSync(join(app, 'node_modules/.package-lock.json'))) {
  console.log('skipped: the packages of web/app are not there; npm ci')
  process.exit(0)
}
const { load } = await import('../mock/load.mjs')
const { findChromium } = await load('e2e/browser.ts')
const chromium = findChromium()
if (!chromium) {
  console.log('skipped: there is no Chromium; install it, or set CHROMIUM to its path')
  process.exit(0)
}
const env = process.env
let mock = null
let url = env.SAUDA_URL
if (!url) {
  mock = spawn(process.execPath, [join(app, 'mock/serve.mjs'), '--port', '0', '--setup'], {
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
