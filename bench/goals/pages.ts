import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { correction, generate } from 'lean-qr'
import { build } from 'vite'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { call, startAt } from '../support/call.ts'
import { startServed } from '../support/served-gate.ts'

const kb = (text: string) => gzipSync(text, { level: 9 }).length / 1000

/** P13, P14, P15: what a phone and a kiosk load before they can be used, and how fine a QR is. */
export async function measurePages({ scope }: Bench): Promise<Measured[]> {
  const { process, kiosk, phone } = await startServed(scope, { env: { QRGATE_SEED_API: '1' } })
  const { url } = process
  const signIn = await kiosk().start()
  const { page } = await phone().open(signIn.frame.url)
  const phoneParts = await Promise.all(namedBy(page).map(path => call(url + path)))
  const kioskPage = await call(`${url}/kiosk`)
  const kioskParts = await allNamedBy(url, kioskPage)
  const sdk = await sdkBundle()
  return [
    {
      goal: 'P13',
      value: modulesOf(signIn.frame.url),
      parts: { letters: signIn.frame.url.length },
    },
    { goal: 'P13 seed', value: modulesOf(await startAt(url)), parts: {} },
    {
      goal: 'P14',
      value: kb([page, ...phoneParts].join('')),
      parts: { pageBytes: page.length },
    },
    { goal: 'P14 requests', value: 1 + phoneParts.length, parts: {} },
    {
      goal: 'P15',
      value: [kioskPage, ...kioskParts.values()].reduce((sum, text) => sum + kb(text), 0),
      parts: { requests: 1 + kioskParts.size },
    },
    { goal: 'P15 sdk', value: kb(sdk), parts: { bytes: sdk.length } },
  ]
}

/** Scripts and style sheets that a page names. */
function namedBy(page: string): string[] {
  const named = /<(?:script|link)\b[^>]*\b(?:src|href)="(\/[^"]+\.(?:js|css))"/g
  return [...page.matchAll(named)].map(([, path = '']) => path)
}

/** The same, with what they import themselves; what is imported later by a call is no part of it. */
async function allNamedBy(url: string, page: string): Promise<Map<string, string>> {
  const loaded = new Map<string, string>()
  const load = async (path: string): Promise<void> => {
    if (loaded.has(path)) return
    const text = await call(url + path)
    loaded.set(path, text)
    const imported = /(?:from|import)\s*"(\.\/[^"]+\.js)"/g
    for (const [, other = ''] of text.matchAll(imported)) {
      await load(new URL(other, url + path).pathname)
    }
  }
  for (const path of namedBy(page)) await load(path)
  return loaded
}

/** As the gate's screens draw it. */
function modulesOf(text: string): number {
  return generate(text, { minCorrectionLevel: correction.M }).size
}

/** What an integrator's bundler makes of all that the SDK exports beside its elements. */
async function sdkBundle(): Promise<string> {
  const root = fileURLToPath(new URL('../../sdk/', import.meta.url))
  const built = await build({
    configFile: false,
    root,
    logLevel: 'silent',
    resolve: { conditions: ['source'] },
    build: {
      write: false,
      minify: true,
      lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'index' },
    },
  })
  const [bundle] = [built].flat() as {
    output: { type: string; code?: string; isEntry?: boolean }[]
  }[]
  const entry = bundle?.output.find(({ isEntry }) => isEntry)
  return entry?.code ?? ''
}
