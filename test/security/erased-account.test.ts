import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import pg from 'pg'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createInvitations } from '../../server/src/accounts/invitations.ts'
import { createClock } from '../../server/src/clock.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Store } from '../../server/src/store/store.ts'
import { Authenticator } from '../support/authenticator.ts'
import type { Gate } from '../support/gate.ts'
import { addServedClient, handOffOf } from '../support/hand-off-gate.ts'
import { startLocal, toMake } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { Receiver } from '../support/receiver.ts'
import { startRedis } from '../support/redis.ts'
import { agreementOn } from '../support/told-clients.ts'

const day = 24 * 3_600_000
const postgres = await PostgresServer.start({ after })
const clock = createClock()

/** What somebody types, is called and comes with; none of it stands anywhere else. */
const person = {
  account: 'canary-owner',
  name: '카나리아 홍길동',
  password: 'canary harbour lantern 47',
  externalId: 'P-canary-0042',
  passkey: '카나리아 열쇠',
  number: 'canary-017',
  browser: 'Mozilla/5.0 (canary; iPhone) Mobile',
}

/** All that a gate has of somebody, beside what they gave. */
interface Traces {
  key: string
  /** Hashes, keys, secrets: nothing of them outlives the account. */
  own: string[]
  /** Random names of what they did, and what a client called them: they go with the log's events of visitors. */
  pseudonyms: string[]
}

/** Whatever somebody could read who has the database. */
type Database = () => Promise<Buffer>

const engines = {
  async SQLite() {
    const read = ({ dataDir }: Gate): Database => {
      const path = join(dataDir, 'qrgate.sqlite')
      return async () => {
        const beside = new DatabaseSync(path, { timeout: 10_000 })
        beside.exec('PRAGMA wal_checkpoint(TRUNCATE)')
        beside.close()
        return Buffer.concat([path, `${path}-wal`].map(file => readFileSync(file)))
      }
    }
    return { settings: {}, read }
  },
  async Postgres() {
    const url = await postgres.gateDatabase()
    const read = (): Database => async () => {
      const client = new pg.Client(url)
      await client.connect()
      const tables = await client.query(
        "select tablename as name from pg_tables where schemaname = 'public'",
      )
      const rows: unknown[] = []
      for (const { name } of tables.rows) {
        rows.push(name, (await client.query(`select t::text as row from "${name}" t`)).rows)
      }
      await client.end()
      return Buffer.from(JSON.stringify(rows))
    }
    return { settings: { DATABASE_URL: url }, read }
  },
}

for (const [engine, engineOf] of Object.entries(engines)) {
  test(`S134: ${engine}: a week after its owner wants it gone nothing is left of an account but random names`, async t => {
    const [redis, receiver] = [
      await startRedis(t, '--rdbcompression', 'no'),
      await Receiver.start(t),
    ]
    const { settings, read } = await engineOf()
    const gate = await startLocal(t, {
      ...settings,
      REDIS_URL: redis.url,
      QRGATE_WEBHOOK_HOSTS: receiver.host,
      QRGATE_REGISTRATION: 'invitation',
      QRGATE_SIGN_UP_PURPOSE: '접수하는 데 씁니다.',
    })
    const database = read(gate)
    const { store } = gate.app
    const { phone, account } = await arrive(gate, receiver)
    const traces = await tracesOf(store, account, phone)
    const whole = await database()
    const keptNames = [person.account, person.name, person.externalId, person.passkey]
    for (const trace of [...keptNames, person.number, ...traces.own, ...traces.pseudonyms]) {
      assert.ok(holds(whole, trace), `${trace} is there at first`)
    }

    const asked = await phone.post('/me/delete', { account: person.account }, 'text/html')
    assert.equal(asked.status, 200)
    gate.passTime(7 * day)
    await until('the account is erased', async () => {
      return (await store.accounts.byKey(account.key))?.removedAt != null
    })
    await until('what is over is removed', async () => {
      const rows = [await store.signIns.of(account.key), await store.handOffs.of(account.key)]
      return rows.every(({ length }) => length === 0)
    })
    await until('the client is told', () => receiver.of('account.deleted').length === 1)
    const gone = [...Object.values(person), ...traces.own]
    const look = async (traces: readonly string[]) => {
      const places = {
        database: await database(),
        log: Buffer.from(gate.log()),
        files: filesIn(gate.dataDir),
      }
      for (const [place, bytes] of Object.entries(places)) {
        assert.ok(bytes.length > 0, place)
        for (const trace of traces) assert.ok(!holds(bytes, trace), `${place} holds ${trace}`)
      }
    }
    await look(gone)
    // By a clock of its own it forgets all within a day; until then it has digests and random names.
    assert.equal(await said(redis, `EVAL "${outlivesADay}" 0`), ':0')
    assert.equal(await said(redis, 'SAVE'), '+OK')
    const counts = readFileSync(join(redis.folder, 'dump.rdb'))
    assert.ok(holds(counts, 'qrgate:'))
    for (const trace of [...gone, traces.key]) assert.ok(!holds(counts, trace), trace)

    // What the log has of visitors is emptied by then, and what clients were told is forgotten.
    gate.passTime(91 * day)
    await until('the log is emptied', async () => {
      return (await store.log.find({ event: 'account.deleted' }, 'newest', 1)).length === 0
    })
    await until('its deliveries are gone', async () => {
      const rest = await store.deliveries.find({}, 1_000)
      return rest.every(({ event }) => event !== 'account.deleted')
    })
    await until('no event of a visitor names it', async () => {
      const rest = await store.log.find({ account: account.key }, 'newest', 1_000)
      return rest.every(({ visitors }) => !visitors)
    })
    await look([...gone, ...traces.pseudonyms])
  })
}

/** Somebody who is invited, signs up, is told a client, has a number, a passkey and a phone, and opens /me. */
async function arrive(gate: Gate, receiver: Receiver) {
  const { store } = gate.app
  const invitations = createInvitations({ records: store.invitations, clock, randomBytes })
  const invitation = await invitations.invite({ lasting: day, uses: 1 }, system)
  const claims = ['name', 'external_id', 'account_id'] as const
  const { kiosk } = await addServedClient(gate, receiver, { claims })
  receiver.answer = ({ type }, response) => {
    if (type !== 'hand_off.requested') response.writeHead(204).end()
    else response.end(JSON.stringify({ status: 'accepted', number: person.number }))
  }
  const phone = new Phone(gate.url, { 'user-agent': person.browser })
  const signIn = await kiosk.start()
  await phone.scan(await kiosk.frame(signIn))
  const page = await (await phone.get(`/s/${signIn.id}?form=sign-up`)).text()
  const [, notice = ''] = /name="notice" value="([\w-]{16})"/.exec(page) ?? []
  const fields = { account: person.account, name: person.name, password: person.password }
  const form = { invitation, notice, agreement: agreementOn(page), remember: 'on' }
  const answer = await phone.post(`/s/${signIn.id}/sign-up`, { ...fields, ...form })
  assert.equal(answer.status, 200, await answer.text())
  await kiosk.claimed(signIn)
  await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  const made = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), gate)
  const credential = new Authenticator().create(made ?? assert.fail())
  assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)

  const account = (await store.accounts.all()).find(({ id }) => id === person.account)
  assert.ok(account?.consentVersion)
  const passwords = { hash: () => assert.fail('nothing is hashed') }
  const parts = { records: store.accounts, passwords, siteNames: [], clock, randomBytes }
  const admin = createAccountAdmin(parts)
  await admin.change(account, { externalId: person.externalId }, system)
  await admin.beginRecovery(account, system)
  const entered = { account: person.account, password: person.password }
  assert.equal((await phone.post('/me/sign-in', entered, 'text/html')).status, 303)
  const [passkey] = await store.passkeys.of(account.key)
  const renamed = { passkey: passkey?.id ?? '', name: person.passkey }
  assert.equal((await phone.post('/me/passkeys/rename', renamed, 'text/html')).status, 303)
  // Somebody mistypes it, which is counted.
  const wrong = { account: person.account, password: 'canary, mistyped' }
  const stranger = new Phone(gate.url, { 'user-agent': person.browser })
  assert.equal((await stranger.post('/me/sign-in', wrong, 'text/html')).status, 401)
  const found = await store.accounts.byKey(account.key)
  return { phone, account: found ?? assert.fail() }
}

async function tracesOf(store: Store, account: Account, { cookies }: Phone): Promise<Traces> {
  const { key } = account
  const { idKey, passwordHash, subjectSeed, recoveryHash } = account
  const [passkey] = await store.passkeys.of(key)
  const [remembered] = await store.rememberedPhones.of(key)
  const [session] = await store.sessions.of(key)
  const places = await store.usualPlaces.all(key)
  const [signIn] = await store.signIns.of(key)
  const [handOff] = await store.handOffs.of(key)
  const [subject] = await store.subjects.of(key)
  assert.ok(places.length > 0)
  const own = [
    ...[idKey, passwordHash, subjectSeed, recoveryHash, passkey?.id, passkey?.publicKey],
    ...[remembered?.hash, session?.hash, ...places.map(({ place }) => place)],
  ]
  const pseudonyms = [signIn?.id, signIn?.phoneHash, handOff?.id, subject?.sub]
  for (const secret of cookies.matchAll(/=([\w-]{20,})/g)) {
    assert.ok(!own.includes(secret[1]), 'no secret is kept as it is')
  }
  const known = (all: readonly unknown[]) => all.map(trace => `${trace ?? assert.fail()}`)
  return { key, own: known(own), pseudonyms: known(pseudonyms) }
}

function holds(bytes: Buffer, trace: string): boolean {
  return bytes.includes(trace) || bytes.includes(JSON.stringify(trace).slice(1, -1))
}

/** How many keys Redis keeps for longer. */
const outlivesADay = [
  'local count = 0',
  "for _, key in ipairs(redis.call('keys', '*')) do",
  "local left = redis.call('pttl', key)",
  'if left < 0 or left > 86400000 then count = count + 1 end end',
  'return count',
].join(' ')

/** What Redis answers, in one line. */
async function said({ url }: { url: string }, command: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.write(`${command}\r\n`)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return `${answer}`.trim()
}

function filesIn(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
    entry => entry.isFile() && !/\.sqlite(-wal|-shm)?$/.test(entry.name),
  )
  return Buffer.concat(files.map(({ parentPath, name }) => readFileSync(join(parentPath, name))))
}
