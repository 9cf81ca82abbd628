// Makes a lock file the same wherever it was written, and complete. Run in the package's folder after `npm install`:
//   node ../scripts/lock.mjs
// - No host names and no funding notes: an install takes packages from whatever registry npm is set to.
// - Some registries leave out native packages of other platforms; npm then writes a lock file that `npm ci` refuses.
//   Each such optional package gets its line; npm skips it where its platform does not match.
import { readFileSync, writeFileSync } from 'node:fs'

const FILE = 'package-lock.json'
const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'win32', 'openharmony', 'netbsd', 'openbsd', 'sunos', 'aix']
const PROCESSORS = ['arm64', 'x64', 'arm', 'ia32', 'riscv64', 'ppc64', 's390x', 'wasm32', 'loong64', 'mips64el']

const lock = JSON.parse(readFileSync(FILE, 'utf8'))
const packages = lock.packages
for (const [place, entry] of Object.entries(packages)) {
  delete entry.resolved
  delete entry.funding
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (packages[`${place}/node_modules/${name}`] || packages[`node_modules/${name}`]) continue
    const words = name.split('/').pop().split('-')
    const os = words.filter((word) => SYSTEMS.includes(word))
    const cpu = words.filter((word) => PROCESSORS.includes(word))
    packages[`node_modules/${name}`] = {
      version: range.replace(/^[\^~]/, ''),
      ...(cpu.length && { cpu }),
      ...(entry.dev && { dev: true }),
      optional: true,
      ...(os.length && { os }),
    }
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)))
writeFileSync(FILE, JSON.stringify(lock, null, 2) + '\n')
