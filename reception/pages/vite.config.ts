import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'
import { buildTarget } from '../../scripts/browsers/floor.ts'
import { oldBrowser } from '../../scripts/browsers/old-browser.ts'
import { viewportUnits } from '../../scripts/browsers/viewport-units.ts'

// As Node does: scripts/vite.js may have given this folder another name.
const preserveSymlinks = process.execArgv.includes('--preserve-symlinks')

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  root: here('.'),
  // Reception may stand below any path.
  base: './',
  plugins: [oldBrowser()],
  css: { postcss: { plugins: [viewportUnits()] } },
  resolve: { preserveSymlinks },
  build: {
    target: buildTarget,
    outDir: here('../public'),
    emptyOutDir: true,
    // A data: address would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: { desk: here('desk.html'), board: here('board.html'), day: here('day.html') },
    },
  },
})
