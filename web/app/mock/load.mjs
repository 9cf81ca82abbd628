// The fake desk is written in TypeScript, for the tests; Vite reads it for Node.
import { resolve } from 'node:path'
import { runnerImport } from 'vite'

export async function load(file) {
  const root = resolve(import.meta.dirname, '..')
  const config = { configFile: false, root, resolve: { alias: { '@': resolve(root, 'src') } }, logLevel: 'error' }
  return (await runnerImport(resolve(root, file), config)).module
}

export const loadDesk = () => load('src/testing/desk/fake_desk.ts')
