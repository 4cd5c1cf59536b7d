import { fileURLToPath } from 'node:url'
import { defaultClientConditions, defineConfig } from 'vite'

/** The element in one file, QR encoder included, for pages that have no bundler. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: 'es2024',
    reportCompressedSize: false,
    license: { fileName: 'kiosk-element.licenses.md' },
    lib: { entry: 'src/kiosk-element.ts', formats: ['es'], fileName: 'kiosk-element' },
  },
})
