// Writes src/api/schema.d.ts from the server's OpenAPI file, or from the draft while there is none.
//   node scripts/types.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import openapi, { astToString } from 'openapi-typescript'

const [SERVER, DRAFT] = ['../../crates/api/openapi.json', 'openapi.draft.json'].map((path) =>
  resolve(import.meta.dirname, '..', path),
)
const TO = resolve(import.meta.dirname, '../src/api/schema.d.ts')

const source = existsSync(SERVER) ? SERVER : DRAFT
const text = astToString(await openapi(readFileSync(source, 'utf8')))
// Untouched when nothing changed: no needless work for whoever watches the file.
if (!existsSync(TO) || readFileSync(TO, 'utf8') !== text) writeFileSync(TO, text)
