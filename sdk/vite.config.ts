import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defineConfig } from 'vite'
import { buildTarget } from '../scripts/browsers/floor.ts'

// As Node does: scripts/vite.js may have given this folder another name.
const preserveSymlinks = process.execArgv.includes('--preserve-symlinks')

/**
 * The elements, each in one file with the QR encoder included, for pages that have no bundler:
 * `<qrgate-kiosk>`, and in the mode `qr` `<qrgate-qr>` alone.
 */
export default defineConfig(({ mode }) => {
  const name = mode === 'qr' ? 'qr' : 'kiosk-element'
  return {
    root: fileURLToPath(new URL('.', import.meta.url)),
    resolve: { conditions: ['source', ...defaultClientConditions], preserveSymlinks },
    build: {
      target: buildTarget,
      emptyOutDir: name === 'kiosk-element',
      reportCompressedSize: false,
      license: { fileName: `${name}.licenses.md` },
      lib: { entry: `src/${name}.ts`, formats: ['es'], fileName: name },
    },
  }
})
