import { spawn } from 'node:child_process'
import { constants } from 'node:os'

/**
 * Runs a program in place of this one: it has the terminal, and the signals that come here.
 * @param {{ cwd: string, env?: Record<string, string | undefined> }} options as `spawn` has them.
 * @returns {Promise<number>} the exit code.
 */
export function execute(program, args, options) {
  const child = spawn(program, args, { stdio: 'inherit', ...options })
  // Told twice, a server stops at once.
  let isTold = false
  const tell = signal => {
    // At a terminal Ctrl+C is sent to all that runs there.
    const knows = signal === 'SIGINT' && isAtTerminal()
    if (!isTold && !knows) child.kill(signal)
    isTold = true
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP']
  for (const signal of signals) process.on(signal, tell)
  // npm passes a signal on to its shell, which ends of it alone.
  const { ppid } = process
  const watching = setInterval(() => {
    if (process.env.npm_lifecycle_event && process.ppid !== ppid) tell('SIGTERM')
  }, 250)
  return new Promise(resolve => {
    child.on('error', error => {
      clearInterval(watching)
      console.error(`${program} does not run: ${error.message}`)
      resolve(1)
    })
    child.on('exit', (code, signal) => {
      clearInterval(watching)
      for (const one of signals) process.removeListener(one, tell)
      resolve(code ?? 128 + constants.signals[signal])
    })
  })
}

function isAtTerminal() {
  return [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY)
}
