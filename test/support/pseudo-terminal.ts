import { spawn } from 'node:child_process'
import { cli, compiled } from './command.ts'

export interface Seen {
  code: number | null
  /** All that has stood at the terminal. */
  seen: string
}

/**
 * Runs `qrgate …` at a terminal, which `script` of util-linux makes, with a person at it.
 * @param question what is waited for until something is typed.
 * @param typed as keys are: Enter is `\r`, Ctrl-C `\u0003`.
 */
export function qrgateAtTerminal(
  args: readonly string[],
  env: Record<string, string>,
  cwd: string,
  { question, typed }: { question: string; typed: string },
): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const words = [process.execPath, '-C', 'source', cli, ...args]
    const child = spawn('script', ['-qec', words.map(quoted).join(' '), '/dev/null'], {
      cwd,
      env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiled, SHELL: '/bin/sh', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.on('error', reject)
    child.stdin.on('error', () => {})
    let seen = ''
    let isAsked = false
    child.stdout.setEncoding('utf8').on('data', chunk => {
      seen += chunk
      if (isAsked || !seen.includes(question)) return
      isAsked = true
      child.stdin.write(typed)
    })
    child.on('close', code => resolve({ code, seen }))
  })
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}
