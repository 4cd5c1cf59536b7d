import { randomBytes } from 'node:crypto'
import { type AccountAdmin, createAccountAdmin } from '../accounts/account-admin.ts'
import { accountIdKey } from '../accounts/account-id.ts'
import { createPasswordHasher } from '../accounts/password.ts'
import { subjectOf } from '../accounts/subject.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import type { Account } from '../store/account.ts'
import type { Store } from '../store/store.ts'
import { removeAccountForGood } from './account-removal.ts'
import { present } from './client-command.ts'
import { isoTime, operator, say, sayJson, withStore } from './command.ts'
import { ask, isTerminal, readPassword } from './terminal.ts'

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

/** `qrgate account password` */
export async function changePassword(id: string): Promise<void> {
  await withAccount(id, async (account, accounts) => {
    await accounts.changePassword(account, await readPassword(), operator())
    say(`${account.id} has a new password.`)
  })
}

/** `qrgate account recover` */
export async function recoverAccount(id: string): Promise<void> {
  await withAccount(id, async (account, accounts, { config }) => {
    if (account.disabledAt !== null) throw new OperatorError(whyNotRecovered(account))
    const link = await accounts.beginRecovery(account, operator())
    say(`Give this link to ${account.id}, and to nobody else. It is good for 30 minutes, once:`)
    say(`\n  ${config.publicUrl}/recover/${link}\n`)
    say('The old password works until then; with the new one remembered phones are forgotten.')
  })
}

function whyNotRecovered({ id, deleteAt }: Account): string {
  const day = isoTime(deleteAt)?.slice(0, 10)
  return day === undefined
    ? `${id} is disabled. Let it in again first: qrgate account enable ${id}`
    : `Its owner has deleted ${id}: it is erased on ${day}. Bring it back first: qrgate account enable ${id}`
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

/** `qrgate account remove` */
export async function removeAccount(id: string, { yes = false }: { yes?: boolean }): Promise<void> {
  await withAccount(id, async (account, accounts, { store, config, clock }) => {
    if (!yes) await requireSure(account)
    await removeAccountForGood(account, operator(), { store, accounts, config, clock })
    say(`${account.id} is gone for good. What this person had begun is over, and the id is free.`)
  })
}

/** Nothing brings an account back. @throws OperatorError unless whoever is there types its id again. */
async function requireSure({ id, idKey }: Account): Promise<void> {
  if (!isTerminal()) {
    throw new OperatorError(
      `Nothing brings an account back. To remove ${id} in a script, say --yes.`,
    )
  }
  const typed = await ask(`Nothing brings it back. Type ${id} again to remove it: `)
  if (accountIdKey(typed) !== idKey) {
    throw new OperatorError(`That is not ${id}; nothing was removed.`)
  }
}

/** `qrgate account list` */
export async function listAccounts({
  client,
  json = false,
}: {
  client?: string
  json?: boolean
}): Promise<void> {
  await withStore(async store => {
    if (client !== undefined) await present(store, client)
    const accounts = await store.accounts.all()
    if (json) return sayJson(accounts.map(account => accountJson(account, client)))
    for (const account of accounts) say(lineOf(account, client))
  }, 'look')
}

/** Without its key, which stands in the log for nobody to recognize. */
function accountJson(account: Account, client: string | undefined): object {
  const { id, name, externalId, disabledAt, deleteAt, createdAt } = account
  return {
    id,
    name,
    external_id: externalId,
    enabled: disabledAt === null,
    ...(client !== undefined && { sub: subjectOf(account, client) }),
    created_at: isoTime(createdAt),
    disabled_at: isoTime(disabledAt),
    remove_at: isoTime(deleteAt),
  }
}

/** What stands behind its name says what it is: any of it may be missing. */
function lineOf(account: Account, client: string | undefined): string {
  const { id, name, externalId, disabledAt, deleteAt } = account
  const parts = [
    disabledAt === null ? 'enabled ' : 'disabled',
    id,
    name,
    externalId && `external id ${externalId}`,
    deleteAt !== null && `removed on ${isoTime(deleteAt)?.slice(0, 10)}`,
    client && `sub ${subjectOf(account, client)}`,
  ]
  return parts.filter(Boolean).join('  ')
}

interface Opened {
  store: Store
  config: Config
  clock: Clock
}

async function withAccount(
  id: string,
  work: (account: Account, accounts: AccountAdmin, opened: Opened) => Promise<void>,
): Promise<void> {
  await withAccounts(async (accounts, opened) => {
    const account = (await accounts.byId(id)) ?? (await ofKey(opened.store, id))
    if (!account) throw new OperatorError(`There is no account "${id}".`)
    await work(account, accounts, opened)
  })
}

/** By the key that stands in the log, where it is no id: as after a restore, when it must be done again. */
async function ofKey({ accounts }: Store, text: string): Promise<Account | null> {
  const account = /^[\w-]{22}$/.test(text) ? await accounts.byKey(text) : null
  return account?.removedAt === null ? account : null
}

async function withAccounts(
  work: (accounts: AccountAdmin, opened: Opened) => Promise<void>,
): Promise<void> {
  await withStore(async (store, config, clock) => {
    const accounts = await accountAdminOf(store, config, clock)
    await work(accounts, { store, config, clock })
  })
}

/** @param records those of a store, or of a rehearsal. */
export async function accountAdminOf(
  { accounts: records }: Pick<Store, 'accounts'>,
  { longestHashWait, site }: Config,
  clock: Clock,
): Promise<AccountAdmin> {
  return createAccountAdmin({
    records,
    passwords: await createPasswordHasher(longestHashWait),
    siteNames: Object.values(site),
    clock,
    randomBytes,
  })
}
