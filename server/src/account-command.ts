import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { createAccounts } from './accounts/accounts.ts'
import { createPasswordHasher } from './accounts/password.ts'
import { openStore } from './app.ts'
import { createClock } from './clock.ts'
import { readConfig } from './config.ts'

/** `qrgate account add`: works beside a running gate, on the same database. */
export async function addAccount(id: string, name: string): Promise<void> {
  const store = await openStore(readConfig(process.env, 'demo').databaseUrl)
  try {
    const passwords = await createPasswordHasher(1)
    const clock = createClock()
    const accounts = createAccounts({ records: store.accounts, passwords, clock, randomBytes })
    const account = await accounts.register({ id, name, password: await readPassword() })
    process.stdout.write(`Added ${account.id}.\n`)
  } finally {
    await store.close()
  }
}

/** The first line of standard input; at a terminal it is asked for and not echoed. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = process.stdin.isTTY
  const lines = createInterface({ input: process.stdin, output: silent, terminal })
  if (terminal) process.stderr.write('Password: ')
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    if (terminal) process.stderr.write('\n')
  }
}
