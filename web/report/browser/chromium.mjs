// A page in headless Chromium, driven over its own pipe: no library, no port, no network.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--remote-debugging-pipe', 'about:blank',
]

/** The browser's path, or null: `CHROMIUM` in the environment, else what the usual names find. */
export function find() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM
  const folders = (process.env.PATH ?? '').split(delimiter)
  return folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null
}

/** Opens a file and waits until the report has drawn itself. */
export async function open(browser, file, { width = 1280, height = 900, dark = false } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  const child = spawn(browser, [...FLAGS, `--user-data-dir=${folder}`], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] })
  const [into, from] = [child.stdio[3], child.stdio[4]]
  const waiting = new Map()
  const [errors, requests] = [[], []]
  let last = 0
  let rest = ''
  from.setEncoding('utf8')
  from.on('data', (chunk) => {
    const parts = (rest + chunk).split('\0')
    rest = parts.pop()
    for (const part of parts) hear(JSON.parse(part))
  })
  const hear = ({ id, result, error, method, params }) => {
    if (id !== undefined) {
      const { done, failed } = waiting.get(id)
      waiting.delete(id)
      if (error) failed(new Error(error.message))
      else done(result)
    } else if (method === 'Runtime.exceptionThrown') errors.push(params.exceptionDetails.exception?.description ?? params.exceptionDetails.text)
    else if (method === 'Runtime.consoleAPICalled' && ['error', 'warning', 'assert'].includes(params.type)) errors.push(params.args.map((a) => a.value ?? a.description).join(' '))
    else if (method === 'Log.entryAdded' && params.entry.level !== 'verbose') errors.push(params.entry.text)
    else if (method === 'Network.requestWillBeSent' && !/^(data|blob):/.test(params.request.url)) requests.push(params.request.url)
  }
  let session
  const send = (method, params = {}) =>
    new Promise((done, failed) => {
      const id = ++last
      waiting.set(id, { done, failed })
      into.write(`${JSON.stringify({ id, method, params, sessionId: session })}\0`)
    })
  const evaluate = async (expression) => {
    const { result, exceptionDetails } = await send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }
  const close = async () => {
    const gone = new Promise((done) => child.once('close', done))
    const last = setTimeout(() => child.kill('SIGKILL'), 3_000)
    session = undefined
    send('Browser.close').catch(() => {})
    await gone
    clearTimeout(last)
    // Children of the browser may write for a moment longer than it.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
  try {
    const { targetInfos } = await send('Target.getTargets')
    const { targetId } = targetInfos.find((target) => target.type === 'page')
    session = (await send('Target.attachToTarget', { targetId, flatten: true })).sessionId
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await send(`${domain}.enable`)
    await send('Emulation.setDeviceMetricsOverride', { width, height, deviceScaleFactor: 1, mobile: width < 600 })
    await send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }] })
    const url = pathToFileURL(file).href
    const begun = performance.now()
    await send('Page.navigate', { url })
    // Drawn: the script is done, and two frames have been shown since.
    const drawn = `new Promise((done) => {
      const look = () => document.documentElement.dataset.ready && location.href !== 'about:blank'
        ? requestAnimationFrame(() => requestAnimationFrame(() => done(true))) : setTimeout(look, 5)
      look()
    })`
    for (let tries = 0; ; tries++) {
      // The page that asked may be gone by the time it would answer.
      const ready = await evaluate(drawn).catch((error) => (tries < 50 ? false : Promise.reject(error)))
      if (ready) break
    }
    const openedMs = Math.round(performance.now() - begun)
    return { send, evaluate, close, errors, requests: () => requests.filter((one) => one !== url), openedMs }
  } catch (error) {
    await close()
    throw error
  }
}
