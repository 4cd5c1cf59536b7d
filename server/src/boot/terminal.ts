import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { OperatorError } from '../operator-error.ts'

/** Whether somebody is there who can be asked. */
export function isTerminal(): boolean {
  return process.stdin.isTTY === true
}

/**
 * The first line of standard input, without its end; at a terminal it is asked for and not echoed.
 * @throws OperatorError where it is no text, or whoever is asked stops there.
 */
export async function readPassword(): Promise<string> {
  return readLine('Password: ', false)
}

/** What is typed for a question. @throws like {@link readPassword}. */
export async function ask(question: string): Promise<string> {
  return readLine(question, true)
}

async function readLine(question: string, isEchoed: boolean): Promise<string> {
  const terminal = isTerminal()
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const output = isEchoed ? process.stderr : silent
  const lines = createInterface({ input: process.stdin, output, terminal })
  if (terminal) lines.setPrompt(question)
  if (terminal && isEchoed) lines.prompt()
  else if (terminal) process.stderr.write(question)
  let isEntered = false
  try {
    const line = await new Promise<string>((resolve, reject) => {
      lines.once('line', line => {
        isEntered = true
        resolve(line)
      })
      // A file without any line is an empty one.
      lines.once('close', () => resolve(''))
      lines.once('SIGINT', () => reject(new OperatorError('Stopped; nothing was changed.')))
    })
    return requireText(line)
  } finally {
    lines.close()
    // What follows begins a line of its own, as after an Enter that is seen.
    if (terminal && !(isEchoed && isEntered)) process.stderr.write('\n')
  }
}

/** Editors may begin a file with a byte order mark; one in UTF-16 would be another password. */
function requireText(line: string): string {
  if (/[\0\ufffd]/.test(line)) {
    throw new OperatorError('What stands on standard input is no text in UTF-8.')
  }
  return line.replace(/^\ufeff/, '')
}
