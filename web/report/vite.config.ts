import { createHash } from 'node:crypto'
import { defineConfig, type Plugin } from 'vite'

/** What the licences of the libraries inside ask to be kept with them. */
const NOTICE = `/*!
 * TradingView Lightweight Charts(TM), Copyright (c) 2026 TradingView, Inc., https://www.tradingview.com/
 * Apache License 2.0: https://www.apache.org/licenses/LICENSE-2.0
 * fancy-canvas, Copyright (c) TradingView, Inc., MIT licence
 */
`

/** Writes the hash that the page's content policy names: no other script may run in it. */
function scriptHash(): Plugin {
  return {
    name: 'script-hash',
    generateBundle(_, bundle) {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk') continue
        // A script element ends at this text wherever it stands; inside strings `<\/` means the same.
        part.code = NOTICE + part.code.trim().replaceAll('</script', '<\\/script')
        const source = createHash('sha256').update(part.code).digest('base64')
        this.emitFile({ type: 'asset', fileName: 'report.sha256', source })
      }
    },
  }
}

export default defineConfig({
  plugins: [scriptHash()],
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: 'src/main.ts',
      output: { format: 'iife', entryFileNames: 'report.js', assetFileNames: 'report[extname]' },
    },
  },
})
