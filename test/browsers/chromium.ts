import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { brotliDecompressSync } from 'node:zlib'
import { chromium } from 'playwright-core'
import type { Engine } from './tab.ts'

const cache = fileURLToPath(new URL('../../node_modules/.cache/browsers/', import.meta.url))

/**
 * An old Chromium, from a package that ships one within; fetched once, never a dependency.
 * @param release of `@sparticuz/chromium`, e.g. `115.0.0`.
 * @returns its program, or a sentence why it cannot be had.
 */
export function oldChromium(release: string): { program: string } | { missing: string } {
  const folder = join(cache, `chromium-${release}`)
  const program = join(folder, 'chromium')
  if (existsSync(program)) return { program }
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    return { missing: 'the package has a program for 64-bit Linux on x86 only' }
  }
  mkdirSync(folder, { recursive: true })
  const run = (command: string, ...args: string[]) =>
    spawnSync(command, args, { cwd: folder, encoding: 'utf8' })
  const packed = run('npm', 'pack', `@sparticuz/chromium@${release}`, '--silent')
  if (packed.status !== 0) return { missing: `npm cannot fetch @sparticuz/chromium@${release}` }
  run('tar', '-xzf', packed.stdout.trim(), 'package/bin/chromium.br')
  const unpacked = brotliDecompressSync(readFileSync(join(folder, 'package/bin/chromium.br')))
  // Under its name only when it is whole.
  writeFileSync(`${program}.part`, unpacked, { mode: 0o755 })
  renameSync(`${program}.part`, program)
  for (const left of [packed.stdout.trim(), 'package']) {
    rmSync(join(folder, left), { recursive: true, force: true })
  }
  return { program }
}

/** Clicks and keys go through the protocol: Playwright's own waiting needs a newer page than 92 has. */
export async function startChromium(program: string): Promise<Engine> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-zygote', '--lang=en']
  const browser = await chromium.launch({ executablePath: program, args })
  return {
    name: 'Chromium',
    version: browser.version(),
    async open(viewport) {
      const page = await (await browser.newContext({ viewport, locale: 'en' })).newPage()
      return {
        async goto(url) {
          await page.goto(url)
        },
        evaluate: expression => page.evaluate(expression),
        clickAt: (x, y) => page.mouse.click(x, y),
        type: text => page.keyboard.type(text),
        screenshot: () => page.screenshot(),
      }
    },
    stop: () => browser.close(),
  }
}
