import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { patchedLikeThis } from '../patches/patched-process.ts'

/** The program itself. */
export const cli = fileURLToPath(new URL('../../server/src/boot/qrgate.ts', import.meta.url))

/** Compiled once, it starts sooner; gates of tests have the same folder. */
export const compiled = join(tmpdir(), 'qrgate-test-compiled')

export interface Ran {
  code: number | null
  out: string
  err: string
}

/**
 * Runs `qrgate …` beside the gates, as an operator does.
 * @param env all that it is told.
 * @param input what is typed.
 */
export async function qrgate(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
  input = '',
): Promise<Ran> {
  const ran = await wholeOutput(args, env, cwd, input)
  return { ...ran, err: ran.err.replace(/^Database: .+\n/m, '') }
}

/** The same with the line on standard error that says which database it uses. */
export function wholeOutput(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
  input = '',
): Promise<Ran> {
  return new Promise(resolve => {
    const child = spawn(process.execPath, ['-C', 'source', cli, ...args], {
      cwd,
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled, ...patchedLikeThis(), ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.on('error', () => {}).end(input)
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
