// Serves dist with a fake desk behind it, whose prices move: to look at the page without a server.
//   npm run build && npm run mock -- [--port 5175] [--mode paper|replay|live] [--setup] [--totp 123456] [--quiet-market]
// `--setup`: nobody exists yet; the set-up token is SETUP-TOKEN. Else log in as demo, as the page says.
import { createServer } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'
import { loadDesk } from './load.mjs'

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '5175' },
    mode: { type: 'string', default: 'paper' },
    setup: { type: 'boolean', default: false },
    totp: { type: 'string' },
    'quiet-market': { type: 'boolean', default: false },
  },
})
const DIST = join(import.meta.dirname, '../dist')
const STEP_MS = 250
const KINDS = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.md': 'text/plain',
}
// As strict as the real server's: what breaks under it breaks here first.
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const { FakeDesk } = await loadDesk()
const desk = new FakeDesk({ mode: values.mode })
desk.access.setupNeeded = values.setup
desk.access.totp = values.totp ?? null
if (!values['quiet-market']) {
  for (let step = 0; step < 60; step++) desk.walk()
  setInterval(() => desk.walk(), STEP_MS)
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url ?? '/', 'http://mock.test')
  if (url.pathname.startsWith('/api/')) {
    let text = ''
    for await (const chunk of request) text += chunk
    const { status, body, headers } = desk.handle(
      request.method ?? 'GET',
      url,
      new Headers(Object.entries(request.headers)),
      text,
    )
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers })
    return response.end(body === undefined ? undefined : JSON.stringify(body))
  }
  const wanted = normalize(url.pathname).replace(/^[/\\]+/, '') || 'index.html'
  const file = extname(wanted) ? wanted : 'index.html'
  try {
    const bytes = await readFile(join(DIST, file))
    response.writeHead(200, {
      'Content-Type': KINDS[extname(file)] ?? 'application/octet-stream',
      'Content-Security-Policy': POLICY,
    })
    response.end(bytes)
  } catch {
    response.writeHead(404).end(`no ${file}; npm run build makes dist`)
  }
})
const sockets = new WebSocketServer({ server, path: '/api/ws/' })
sockets.on('connection', (wire) => {
  const { hear, leave } = desk.streams.join({
    send: (message) => wire.send(JSON.stringify(message)),
    close: () => wire.close(),
  })
  wire.on('message', (text) => hear(String(text)))
  wire.on('close', leave)
})
server.listen(Number(values.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
