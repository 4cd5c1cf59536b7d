import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../server/src/boot/cli.ts', import.meta.url))

export interface Ran {
  code: number | null
  out: string
  err: string
}

/** Runs `qrgate …` beside the gates, as an operator does. @param env all that it is told. */
export function qrgate(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
): Promise<Ran> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['-C', 'source', cli, ...args], {
      cwd,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const ran: Ran = { code: null, out: '', err: '' }
    child.stdout.on('data', chunk => {
      ran.out += chunk
    })
    child.stderr.on('data', chunk => {
      ran.err += chunk
    })
    child.on('close', code => resolve({ ...ran, code }))
  })
}
