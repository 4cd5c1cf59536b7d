import { randomBytes } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { createClients } from '../clients/clients.ts'
import { createClock } from '../clock.ts'
import { type Config, readConfig } from '../config.ts'
import { makePrivateFolder } from '../private-path.ts'
import { lostKeys } from '../signing/reseal.ts'
import { lostKeyWords } from '../signing/start.ts'
import { openStore } from '../store/open-store.ts'
import { OutdatedTables } from '../store/sql/migrate.ts'
import type { Store } from '../store/store.ts'
import { within } from '../within.ts'
import { demoClient, isMadeByDemo } from './made-by-demo.ts'
import { keepPrivate } from './own-paths.ts'
import { sealsOf } from './seals.ts'
import { keptSecretKeys } from './secret-key.ts'
import { webhookFindings } from './webhook-findings.ts'

/** How long Redis may take for each answer, in milliseconds: a person is waiting, no visitor. */
const patience = 2_000

/** How one thing is, and in words what to do about it. */
interface Finding {
  mark: 'ok' | 'warn' | 'fail'
  about: string
  words: string
}

/** `qrgate doctor`: looks at everything that `serve` needs; exit code 1 when something fails. */
export async function examine(): Promise<void> {
  const findings: Finding[] = []
  const add = (mark: Finding['mark'], about: string, words: string) => {
    findings.push({ mark, about, words })
  }

  let config: Config | undefined
  try {
    config = readConfig(process.env, 'serve')
    add('ok', 'settings', 'complete and safe for serve')
  } catch (error) {
    for (const line of messageOf(error).split('\n')) add('fail', 'settings', line)
    config = lenient()
  }
  if (config) {
    checkDataDir(config, add)
    checkTimeZone(config, add)
    checkLogLevel(config, add)
    await checkDatabase(config, add)
    checkPrivacy(config, add)
    await checkRedis(config, add)
    await checkAddress(config, add)
  }

  for (const { mark, about, words } of findings) {
    process.stdout.write(`${mark.padEnd(4)}  ${about.padEnd(9)} ${words}\n`)
  }
  if (findings.some(({ mark }) => mark === 'fail')) process.exitCode = 1
}

type Add = (mark: Finding['mark'], about: string, words: string) => void

/** What demo mode would take, so that the rest can be looked at even where settings are unsafe. */
function lenient(): Config | undefined {
  try {
    return readConfig(process.env, 'demo')
  } catch {
    return undefined
  }
}

function checkDataDir({ dataDir }: Config, add: Add): void {
  try {
    makePrivateFolder(dataDir)
    accessSync(dataDir, constants.W_OK)
    add('ok', 'data', `${dataDir} is writable`)
  } catch (error) {
    add('fail', 'data', `QRGATE_DATA_DIR cannot be written: ${messageOf(error)}`)
  }
}

/** Names what others can read and this user cannot change; all else is mended by looking. */
function checkPrivacy(config: Config, add: Add): void {
  for (const path of keepPrivate(config)) {
    const words = 'other users of this machine can get at it, and it is not ours to change'
    add('warn', 'data', `${path}: ${words}; as its owner: chmod go= '${path}'`)
  }
}

/** A container's clock is UTC, whose day begins in the middle of a morning in Seoul. */
function checkTimeZone({ timeZone }: Config, add: Add): void {
  const isSet = Boolean(process.env.QRGATE_TIME_ZONE)
  if (isSet || !/^(etc\/)?(utc|gmt)$/i.test(timeZone)) add('ok', 'time', `zone ${timeZone}`)
  else add('warn', 'time', `the machine's zone is ${timeZone}; set QRGATE_TIME_ZONE`)
}

/** Whoever keeps the gate's lines elsewhere must get the checkpoints of its event log too. */
function checkLogLevel({ logLevel }: Config, add: Add): void {
  if (['trace', 'debug', 'info'].includes(logLevel)) return
  const alarms = logLevel === 'warn' ? '' : ', and the alarm of many wrong passwords'
  const hidden = `what operators do and signed checkpoints${alarms}`
  add('warn', 'log', `QRGATE_LOG_LEVEL ${logLevel} hides ${hidden}`)
}

async function checkDatabase(config: Config, add: Add): Promise<void> {
  const { databaseUrl, redisUrl } = config
  const kind = databaseUrl.startsWith('sqlite:') ? 'SQLite' : 'Postgres'
  try {
    const store = await openStore(databaseUrl, 'new')
    try {
      const asked = Date.now()
      const time = await store.time()
      const trip = Date.now() - asked
      add('ok', 'database', `${kind} answers in ${trip} ms and its tables are up to date`)
      if (time !== null) checkClock(time - asked - trip / 2, add)
      await checkSigningKeys(store, config, time ?? asked, add)
      await checkClients(store, config, add)
    } finally {
      await store.close()
    }
  } catch (error) {
    if (error instanceof OutdatedTables) add('fail', 'database', error.message)
    else add('fail', 'database', `${kind} cannot be used: ${messageOf(error)}. Check DATABASE_URL.`)
  }
  if (kind === 'SQLite' && redisUrl !== '') {
    add('warn', 'database', 'SQLite serves the processes of one machine; for several use Postgres')
  }
}

/** Names signing keys whose SECRET_KEY is gone. */
async function checkSigningKeys(
  { signingKeys }: Store,
  config: Config,
  now: number,
  add: Add,
): Promise<void> {
  if (keptSecretKeys(config).length === 0) return
  const lost = lostKeys(await signingKeys.all(), sealsOf(config, 'signing key'), now)
  if (lost.length > 0) add('warn', 'keys', `${lostKeyWords}: ${lost.join(', ')}`)
}

/**
 * Where the key is gone that has sealed a secret, nothing can be signed with that any more; and an
 * endpoint may be one to which nothing is let out.
 */
async function checkClients(store: Store, config: Config, add: Add): Promise<void> {
  const sealed = sealsOf(config, 'webhook secret')
  const clients = createClients({
    records: store.clients,
    sealed,
    clock: createClock(),
    randomBytes,
  })
  const present = (await store.clients.all()).filter(({ removedAt }) => removedAt === null)
  const lost = present.filter(client => !clients.canSign(client)).map(({ id }) => id)
  if (lost.length > 0) {
    const words = 'no key in SECRET_KEY or SECRET_KEYS_ACCEPTED opens the webhook secret of'
    const mend = 'bring that key back, or: qrgate client rotate ID --webhook'
    add('fail', 'clients', `${words} ${lost.join(', ')}; ${mend}`)
  } else if (present.length > 0) {
    add('ok', 'clients', `the webhook secrets of all ${present.length} can be opened`)
  }
  // A gate in production asks nothing of what a demo has left behind.
  const demos = await isMadeByDemo(store, { kind: 'client', id: demoClient })
  const asked = present.filter(({ id }) => id !== demoClient || !demos)
  const findings = await webhookFindings(asked, config.webhookHosts)
  for (const { mark, words } of findings) add(mark, 'webhooks', words)
}

function checkClock(offset: number, add: Add): void {
  const ms = Math.round(Math.abs(offset))
  const apart = `${ms} ms apart from the database's`
  if (ms < 2_000) add('ok', 'clock', apart)
  else add('warn', 'clock', `${apart}; switch on NTP (sign-ins follow the database)`)
}

async function checkRedis({ redisUrl }: Config, add: Add): Promise<void> {
  if (redisUrl === '') {
    add('ok', 'redis', 'not used: a single node')
    return
  }
  try {
    await askRedis(redisUrl, add)
  } catch (error) {
    add('fail', 'redis', `cannot be used: ${messageOf(error)}. Check REDIS_URL.`)
  }
}

/** @throws whatever kept Redis from answering. */
async function askRedis(url: string, add: Add): Promise<void> {
  // Most gates are single nodes, whose commands need not load it.
  const { createRedisClient, redisSilent } = await import('../redis-client.ts')
  const client = createRedisClient(url, false, patience)
  // A frozen Redis accepts connections and commands, and answers none of them.
  const answered = <T>(work: Promise<T>) => within(patience, work, () => redisSilent(patience))
  try {
    await answered(client.connect())
    const asked = performance.now()
    await answered(client.ping())
    add('ok', 'redis', `answers in ${(performance.now() - asked).toFixed(1)} ms`)
    const { 'maxmemory-policy': policy } = await answered(client.configGet('maxmemory-policy'))
    if (policy && policy !== 'noeviction') {
      const words = `maxmemory-policy is ${policy}; set noeviction, or limits may be forgotten`
      add('warn', 'redis', words)
    }
  } finally {
    client.destroy()
  }
}

/** Asks the gate under its own public address, as a phone would. */
async function checkAddress({ publicUrl }: Config, add: Add): Promise<void> {
  try {
    const answer = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) })
    const ours = answer.ok && ((await answer.json()) as { status?: string }).status === 'ok'
    if (ours) add('ok', 'address', `${publicUrl} leads to a gate`)
    else add('fail', 'address', `${publicUrl} is answered by something else; check the proxy`)
  } catch (error) {
    const words = `${publicUrl} cannot be reached from here: ${messageOf(error)}`
    add('warn', 'address', `${words}. Is the gate running, and is its certificate trusted?`)
  }
}

function messageOf(error: unknown): string {
  // Where a name has several addresses, Node says nothing itself but what each of them said.
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(', ')
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error
    ? `${error.message} (${messageOf(error.cause)})`
    : error.message
}
