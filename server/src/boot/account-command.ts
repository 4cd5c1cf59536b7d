import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { type AccountAdmin, createAccountAdmin } from '../accounts/account-admin.ts'
import { importAccounts } from '../accounts/account-import.ts'
import { foreignAccounts } from '../accounts/foreign-accounts.ts'
import type { ForeignNames } from '../accounts/foreign-columns.ts'
import { createPasswordHasher } from '../accounts/password.ts'
import { subjectOf } from '../accounts/subject.ts'
import { OperatorError } from '../operator-error.ts'
import type { Account } from '../store/account.ts'
import { operator, say, withStore } from './command.ts'

/** `qrgate account add` */
export async function addAccount(
  id: string,
  { name, externalId }: { name: string; externalId?: string },
): Promise<void> {
  await withAccounts(async accounts => {
    const password = await readPassword()
    const external = externalIdOf(externalId) ?? null
    const account = await accounts.register(
      { id, name, password, externalId: external },
      operator(),
    )
    say(`Added ${account.id}.`)
  })
}

/** `qrgate account set` */
export async function setAccount(
  id: string,
  options: { id?: string; name?: string; externalId?: string },
): Promise<void> {
  if (Object.keys(options).length === 0) {
    throw new OperatorError('Say what to change: --id, --name or --external-id.')
  }
  await withAccount(id, async (account, accounts) => {
    const fields = { ...options, externalId: externalIdOf(options.externalId) }
    const changed = await accounts.change(account, fields, operator())
    const what = changed.map(field => field.replace('_', ' ')).join(', ')
    say(
      what === ''
        ? `${account.id} is so already.`
        : `Changed ${what} of ${options.id ?? account.id}.`,
    )
  })
}

/** `none` takes it away; undefined where nothing was said. */
function externalIdOf(text: string | undefined): string | null | undefined {
  return text === 'none' ? null : text
}

/** `qrgate account import` */
export async function importFile(file: string, names: ForeignNames): Promise<void> {
  await withAccounts(async accounts => {
    const skip = (who: string, reason: string) => {
      process.stderr.write(`${who} skipped: ${reason}\n`)
    }
    const told = (taken: string) => say(`Reading ${taken}.`)
    const foreign = foreignAccounts(file, names, told)
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
export async function listAccounts({ client }: { client?: string }): Promise<void> {
  await withStore(async store => {
    if (client !== undefined && !(await store.clients.byId(client))) {
      throw new OperatorError(`There is no client "${client}".`)
    }
    for (const account of await store.accounts.all()) say(lineOf(account, client))
  }, 'look')
}

/** What stands behind its name says what it is: any of it may be missing. */
function lineOf(account: Account, client: string | undefined): string {
  const { id, name, externalId, disabledAt } = account
  const parts = [
    disabledAt === null ? 'enabled ' : 'disabled',
    id,
    name,
    externalId && `external id ${externalId}`,
    client && `sub ${subjectOf(account, client)}`,
  ]
  return parts.filter(Boolean).join('  ')
}

async function withAccount(
  id: string,
  work: (account: Account, accounts: AccountAdmin) => Promise<void>,
): Promise<void> {
  await withAccounts(async accounts => {
    const account = await accounts.byId(id)
    if (!account) throw new OperatorError(`There is no account "${id}".`)
    await work(account, accounts)
  })
}

async function withAccounts(work: (accounts: AccountAdmin) => Promise<void>): Promise<void> {
  await withStore(async (store, { longestHashWait, site }, clock) => {
    const accounts = createAccountAdmin({
      records: store.accounts,
      passwords: await createPasswordHasher(longestHashWait),
      siteNames: Object.values(site),
      clock,
      randomBytes,
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
