import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { importAccounts } from '../accounts/account-import.ts'
import { type Accounts, createAccounts } from '../accounts/accounts.ts'
import { type ForeignNames, foreignAccounts } from '../accounts/foreign-accounts.ts'
import { createPasswordHasher } from '../accounts/password.ts'
import { createCounters } from '../limits/counters.ts'
import { createTryLimits } from '../limits/try-limits.ts'
import { OperatorError } from '../operator-error.ts'
import type { Account } from '../store/account.ts'
import { operator, say, withStore } from './command.ts'

/** `qrgate account add` */
export async function addAccount(id: string, { name }: { name: string }): Promise<void> {
  await withAccounts(async accounts => {
    const account = await accounts.register(
      { id, name, password: await readPassword() },
      operator(),
    )
    say(`Added ${account.id}.`)
  })
}

/** `qrgate account import` */
export async function importFile(file: string, names: ForeignNames): Promise<void> {
  await withAccounts(async accounts => {
    const skip = (place: string, reason: string) => {
      process.stderr.write(`${place} skipped: ${reason}\n`)
    }
    const foreign = foreignAccounts(file, names)
    const { added, leftAlone, skipped } = await importAccounts(foreign, accounts, operator(), skip)
    say(`Added ${added}, left ${leftAlone} alone that were here already, skipped ${skipped}.`)
  })
}

/** `qrgate account password` */
export async function changePassword(id: string): Promise<void> {
  await withAccount(id, async (account, accounts) => {
    await accounts.changePassword(account, await readPassword(), operator())
    say(`${account.id} has a new password.`)
  })
}

/** `qrgate account disable` */
export async function disableAccount(id: string): Promise<void> {
  await withAccount(id, async (account, accounts) => {
    await accounts.disable(account, operator())
    say(`${account.id} can no longer sign in.`)
  })
}

/** `qrgate account enable` */
export async function enableAccount(id: string): Promise<void> {
  await withAccount(id, async (account, accounts) => {
    await accounts.enable(account, operator())
    say(`${account.id} can sign in.`)
  })
}

/** `qrgate account list` */
export async function listAccounts(): Promise<void> {
  await withStore(async store => {
    for (const { id, name, disabledAt } of await store.accounts.all()) {
      say(`${disabledAt === null ? 'enabled ' : 'disabled'}  ${id}  ${name}`.trimEnd())
    }
  }, 'never')
}

async function withAccount(
  id: string,
  work: (account: Account, accounts: Accounts) => Promise<void>,
): Promise<void> {
  await withAccounts(async accounts => {
    const account = await accounts.byId(id)
    if (!account) throw new OperatorError(`There is no account "${id}".`)
    await work(account, accounts)
  })
}

async function withAccounts(work: (accounts: Accounts) => Promise<void>): Promise<void> {
  await withStore(async (store, { tryRules, longestHashWait, site }, clock) => {
    const onError = (error: unknown) => {
      throw error
    }
    const accounts = createAccounts({
      records: store.accounts,
      passwords: await createPasswordHasher(longestHashWait),
      tries: createTryLimits(
        tryRules,
        createCounters(() => performance.now()),
      ),
      // No command signs anybody in.
      places: { look: async () => ({ standing: 'stranger', remember: async () => {} }) },
      siteNames: Object.values(site),
      clock,
      randomBytes,
      onError,
    })
    await work(accounts)
  })
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
