import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build, defaultClientConditions, defineConfig, type Plugin } from 'vite'
import { buildTarget, phoneTarget } from '../scripts/browsers/floor.ts'
import { oldBrowser } from '../scripts/browsers/old-browser.ts'
import { viewportUnits } from '../scripts/browsers/viewport-units.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const conditions = ['source', ...defaultClientConditions]
// As Node does: scripts/vite.js may have given this folder another name.
const preserveSymlinks = process.execArgv.includes('--preserve-symlinks')

/** Style sheets that the server writes into its own pages, so that it must know their names. */
const inlined = ['phone.css', 'hand-off.css', 'new-passkey.css', 'me.css', 'docs.css']

/**
 * The server inlines the phone's scripts into its pages, so each must stand alone: one classic script
 * under a fixed name, sharing no chunk with any other page.
 */
function phoneScripts(): Plugin {
  return {
    name: 'qrgate-phone-scripts',
    async generateBundle() {
      for (const name of ['phone', 'hand-off', 'new-passkey', 'me']) {
        this.emitFile({ type: 'asset', fileName: `${name}.js`, source: await scriptOf(name) })
      }
    },
  }
}

async function scriptOf(name: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: here('.'),
    logLevel: 'warn',
    resolve: { conditions, preserveSymlinks },
    build: {
      target: phoneTarget,
      write: false,
      lib: { entry: here(`phone/${name}.ts`), name: 'qrgatePhone', formats: ['iife'] },
    },
  })
  const outputs = Array.isArray(built) ? built : 'output' in built ? [built] : []
  const script = outputs[0]?.output[0].code
  if (script === undefined) throw new Error(`phone/${name}.ts gave no script`)
  return script
}

/** What others have made and we pass on: their licences go with it. */
function licences(): Plugin {
  return {
    name: 'qrgate-licences',
    generateBundle() {
      const text = (file: string) => readFileSync(here(`../node_modules/${file}`), 'utf8').trim()
      const parts = [
        `Lit\n\n${text('lit/LICENSE')}`,
        `lean-qr\n\n${text('lean-qr/LICENSE')}`,
        // Its package holds no licence file; the font's style sheets carry this notice.
        'Pretendard\n\nCopyright (c) 2021 Kil Hyung-jin, with Reserved Font Name Pretendard.\nSIL Open Font License 1.1: https://openfontlicense.org',
      ]
      this.emitFile({
        type: 'asset',
        fileName: 'licences.txt',
        source: `${parts.join('\n\n\n')}\n`,
      })
    },
  }
}

/**
 * What the server sends as it is, it sends compressed: once here, at the best quality, and never for
 * a request. Fonts are compressed already; the phone's style and script travel within its pages.
 */
function compressed(): Plugin {
  const best = {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    },
  }
  return {
    name: 'qrgate-compressed',
    writeBundle({ dir = '' }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/^assets\/.*\.(js|css|svg)$|\.html$/.test(name)) continue
        const file = join(dir, name)
        const text = readFileSync(file)
        writeFileSync(`${file}.br`, brotliCompressSync(text, best))
        writeFileSync(`${file}.gz`, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }))
      }
    },
  }
}

export default defineConfig({
  root: here('.'),
  base: '/',
  plugins: [phoneScripts(), oldBrowser(), licences(), compressed()],
  resolve: { conditions, preserveSymlinks },
  css: { postcss: { plugins: [viewportUnits()] } },
  build: {
    target: buildTarget,
    outDir: here('../server/public'),
    emptyOutDir: true,
    // A data: address would need a wider content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        kiosk: here('kiosk.html'),
        demo: here('demo.html'),
        phone: here('phone/phone.css'),
        'hand-off': here('phone/hand-off.css'),
        'new-passkey': here('phone/new-passkey.css'),
        me: here('phone/me.css'),
        docs: here('docs/docs.css'),
      },
      output: {
        assetFileNames: ({ names }) =>
          names.some(name => inlined.includes(name))
            ? '[name][extname]'
            : 'assets/[name]-[hash][extname]',
      },
    },
  },
})
