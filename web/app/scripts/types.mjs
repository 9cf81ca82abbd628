// Writes src/api/schema.d.ts from the server's OpenAPI file (see refine.mjs).
//   node scripts/types.mjs
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import openapi, { astToString } from 'openapi-typescript'
import { refined } from './refine.mjs'

const SERVER = process.env.SAUDA_OPENAPI ?? '../../crates/api/openapi.json'
const [server, to] = [SERVER, 'src/api/schema.d.ts'].map((path) => resolve(import.meta.dirname, '..', path))

const document = refined(JSON.parse(readFileSync(server, 'utf8')))
// An object whose properties are not told may have any: without this it may have none.
const text = astToString(await openapi(document, { emptyObjectsUnknown: true }))
// Untouched when nothing changed: no needless work for whoever watches the file.
if (!existsSync(to) || readFileSync(to, 'utf8') !== text) writeFileSync(to, text)
