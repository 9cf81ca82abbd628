// Writes src/api/schema.d.ts from the server's OpenAPI file and openapi.draft.json (see refine.mjs).
//   node scripts/types.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import openapi, { astToString } from 'openapi-typescript'
import { merged } from './refine.mjs'

const SERVER = process.env.SAUDA_OPENAPI ?? '../../crates/api/openapi.json'
const [server, draft, to] = [SERVER, 'openapi.draft.json', 'src/api/schema.d.ts'].map((path) =>
  resolve(import.meta.dirname, '..', path),
)
const read = (path) => JSON.parse(readFileSync(path, 'utf8'))

const text = astToString(await openapi(merged(existsSync(server) ? read(server) : read(draft), read(draft))))
// Untouched when nothing changed: no needless work for whoever watches the file.
if (!existsSync(to) || readFileSync(to, 'utf8') !== text) writeFileSync(to, text)
