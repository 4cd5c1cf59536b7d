import assert from 'node:assert/strict'
import { hash } from '@node-rs/argon2'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import type { Mode } from '../../server/src/config.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import type { Store } from '../../server/src/store/store.ts'
import { assertQuietLog } from './aftermath.ts'
import type { Scope } from './gate.ts'
import { GateProcess } from './gate-process.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'
import { longTimings, password, secretKey, startProduction } from './production.ts'
import { SeedClient } from './seed-client.ts'
import { addAccountsTo, enrolIn } from './stored.ts'

/** How an account's password is kept: as the gate does it, or as a system before it did. */
export type KeptAs = 'argon2id' | 'bcrypt-12'

/**
 * A place with its gate, spoken to as its trusted proxy does: whoever asks is at the address that
 * the proxy says. A node, where one is named, is the first or the second.
 */
export interface Site {
  nodes: readonly GateProcess[]
  /** The public origin. */
  url: string
  /** An enrolled kiosk with a credential of its own. */
  kiosk(address: string, node?: number): Promise<Kiosk>
  /** A screen that nobody has enrolled; a demo lets it start. */
  screen(address: string, node?: number): Kiosk
  /** A browser. @param cookies `name=value`, which it has from before. */
  phone(address: string, node?: number, cookies?: string[]): Phone
  /** A client of the seed's API. */
  client(address: string, node?: number): SeedClient
  /** Accounts with the {@link password} of all tests; they cost one hash together. */
  addAccounts(ids: readonly string[], kept?: KeptAs): Promise<void>
  /** The ids of all accounts that there are. */
  accountIds(): Promise<string[]>
  /** Whatever was done to it: it answers, and has logged no error and no secret. */
  assertUnharmed(): Promise<void>
}

export interface SiteOptions {
  /** One on SQLite, or two on Postgres and Redis. */
  nodes?: 1 | 2
  mode?: Mode
  env?: Record<string, string>
}

export async function startSite(
  t: Scope,
  { nodes: count = 1, mode = 'serve', env = {} }: SiteOptions = {},
): Promise<Site> {
  // However slow the machine is, a visitor's own turn comes in time.
  const patient = { QRGATE_HASH_WAIT_SECONDS: '10' }
  const settings = { ...longTimings, ...patient, ...env }
  const { nodes, store, url } = await (count === 1
    ? startAlone(t, settings, mode)
    : startProduction(t, { env: settings }))
  const urlOf = (node: number) => {
    const found = nodes[node]
    assert.ok(found, `no node ${node}`)
    return found.url
  }
  const forwarded = (address: string) => ({
    'x-forwarded-for': address,
    'x-forwarded-proto': new URL(url).protocol.slice(0, -1),
  })
  return {
    nodes,
    url,
    async kiosk(address, node = 0) {
      const { credential } = await enrolIn(store, '1층 접수 1번')
      return new Kiosk(urlOf(node), credential, forwarded(address))
    },
    screen: (address, node = 0) => new Kiosk(urlOf(node), undefined, forwarded(address)),
    phone: (address, node = 0, cookies = []) =>
      new Phone(urlOf(node), { origin: url, ...forwarded(address) }, cookies),
    client: (address, node = 0) => new SeedClient(urlOf(node), forwarded(address)),
    async addAccounts(ids, kept = 'argon2id') {
      const passwordHash = await hashes[kept]()
      await addAccountsTo(
        store,
        ids.map(id => ({ id, name: '홍길동', passwordHash })),
      )
    },
    accountIds: async () => (await store.accounts.all()).map(({ id }) => id),
    async assertUnharmed() {
      for (const node of nodes) {
        assert.equal((await fetch(`${node.url}/healthz`)).status, 200, 'a node still answers')
        assertQuietLog(node.log(), { busy: true })
      }
    },
  }
}

const hashes: Record<KeptAs, () => Promise<string>> = {
  argon2id: () => hash(password, hashCost),
  'bcrypt-12': () => bcrypt(password, 12),
}

async function startAlone(
  t: Scope,
  env: Record<string, string>,
  mode: Mode,
): Promise<{ nodes: readonly GateProcess[]; store: Store; url: string }> {
  const url = mode === 'serve' ? 'https://gate.test' : 'http://gate.test'
  const settings = {
    SECRET_KEY: secretKey,
    PUBLIC_URL: url,
    QRGATE_TRUSTED_PROXIES: '127.0.0.1',
    QRGATE_LOG_LEVEL: 'info',
    ...env,
  }
  const node = await GateProcess.start(t, settings, mode)
  const store = await openStore(`sqlite:${node.dataDir}/qrgate.sqlite`)
  t.after(() => store.close())
  return { nodes: [node], store, url }
}

/** One of 65 536 addresses of the network that is set aside for such tests (RFC 2544). */
export function addressOf(number: number): string {
  return `198.18.${(number >> 8) & 255}.${number & 255}`
}

/** Some address in one of 65 536 households, which have a /64 each (RFC 3849). */
export function householdOf(number: number, host = 1): string {
  return `2001:db8:0:${(number & 65_535).toString(16)}::${host.toString(16)}`
}
