// `npm run dev`: builds the pages and runs the demo, both again at every change; opens the demo page.
import { spawn } from 'node:child_process'
import { statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const port = process.env.PORT ?? '8080'
const startedAt = Date.now()

function run(command: string, ...args: string[]) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' })
  child.on('exit', code => process.exit(code ?? 0))
  process.on('exit', () => child.kill())
  return child
}

async function until(ready: () => boolean | Promise<boolean>) {
  while (!(await ready())) await sleep(200)
}

process.on('SIGINT', () => process.exit(0)).on('SIGTERM', () => process.exit(0))
for (const pages of ['web', 'reception/pages']) {
  run('vite', 'build', pages, '--watch', '--logLevel', 'warn')
}
const builtAt = (page: string) =>
  statSync(`${root}${page}`, { throwIfNoEntry: false })?.mtimeMs ?? 0
const pages = ['server/public/kiosk.html', 'reception/public/desk.html']
await until(() => pages.every(page => builtAt(page) >= startedAt))
run(
  'node',
  '-C',
  'source',
  '--watch-path=server/src',
  '--watch-path=server/public',
  '--watch-path=reception/src',
  '--watch-path=reception/public',
  '--watch-preserve-output',
  'server/src/boot/cli.ts',
  'demo',
)

const demo = `http://127.0.0.1:${port}/demo`
await until(() =>
  fetch(demo, { redirect: 'manual' }).then(
    () => true,
    () => false,
  ),
)
const openers = { darwin: 'open', win32: 'explorer', linux: 'xdg-open' } as Record<string, string>
// Where there is no desktop the address above is all there is to open.
spawn(openers[process.platform] ?? 'xdg-open', [demo], { stdio: 'ignore' }).on('error', () => {})
