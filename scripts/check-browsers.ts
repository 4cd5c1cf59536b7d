// Part of `npm run lint`: what the browsers get, the oldest of them have. The pages are built as they
// are shipped, in memory, and read with the dependencies that are in them.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { scriptFaults } from './browsers/check-script.ts'
import { styleFaults } from './browsers/check-style.ts'

const at = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const builds = [
  ['web/vite.config.ts', 'production'],
  ['reception/pages/vite.config.ts', 'production'],
  ['sdk/vite.config.ts', 'production'],
  ['sdk/vite.config.ts', 'qr'],
] as const

for (const [configFile, mode] of builds) {
  const built = await build({
    configFile: at(configFile),
    mode,
    logLevel: 'silent',
    // Names as they were written, so that what is found can be searched for.
    build: { write: false, minify: false, cssMinify: true },
  })
  for (const { output } of [built].flat() as { output: Output[] }[]) {
    const scripts = output.flatMap(({ code }) => code ?? [])
    for (const file of output) check(file, configFile, scripts)
  }
}

interface Output {
  type: 'asset' | 'chunk'
  fileName: string
  code?: string
  source?: string | Uint8Array
}

function check({ fileName, code, source }: Output, from: string, scripts: string[]): void {
  const text = code ?? (typeof source === 'string' ? source : Buffer.from(source ?? []).toString())
  const faults = fileName.endsWith('.js')
    ? scriptFaults(text, scripts)
    : fileName.endsWith('.css')
      ? styleFaults(text)
      : []
  for (const fault of faults) {
    console.error(`${from.replace('vite.config.ts', '')} ${fileName}: ${fault}`)
    process.exitCode = 1
  }
}
