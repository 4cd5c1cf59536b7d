// `npm run dev`: builds the pages and runs the demo, both again at every change; opens the demo page.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { root } from './root.js'
import { viteArguments } from './vite.js'

const startedAt = Date.now()

function run(args: readonly string[], stdout: 'inherit' | 'pipe' = 'inherit') {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['inherit', stdout, 'inherit'] })
  child.on('exit', code => process.exit(code ?? 0))
  process.on('exit', () => child.kill())
  return child
}

async function until(ready: () => boolean | Promise<boolean>) {
  while (!(await ready())) await sleep(200)
}

process.on('SIGINT', () => process.exit(0)).on('SIGTERM', () => process.exit(0))
for (const pages of ['web', 'reception/pages']) run(viteArguments(pages, '--watch'))
const builtAt = (page: string) =>
  statSync(join(root, page), { throwIfNoEntry: false })?.mtimeMs ?? 0
const pages = ['server/public/kiosk.html', 'reception/public/desk.html']
await until(() => pages.every(page => builtAt(page) >= startedAt))
const watched = ['server/src', 'server/public', 'reception/src', 'reception/public']
const { stdout } = run(
  [
    ...['-C', 'source', ...watched.map(folder => `--watch-path=${folder}`)],
    ...['--watch-preserve-output', 'server/src/boot/qrgate.ts', 'demo'],
  ],
  'pipe',
)
stdout?.pipe(process.stdout)

// Which port was free it alone knows.
let said = ''
let demo: string | undefined
stdout?.on('data', chunk => {
  if (demo === undefined) said += chunk
})
while (demo === undefined && stdout) {
  await once(stdout, 'data')
  demo = /(?<=\s)http\S+\/demo\S*/.exec(said)?.[0]
}
const openers = { darwin: 'open', win32: 'explorer', linux: 'xdg-open' } as Record<string, string>
// Where there is no desktop the address above is all there is to open.
spawn(openers[process.platform] ?? 'xdg-open', [demo ?? ''], { stdio: 'ignore' }).on(
  'error',
  () => {},
)
