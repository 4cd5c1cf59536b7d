import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { decodeProtectedHeader } from 'jose'
import { openStore } from '../../server/src/store/open-store.ts'
import type { Store } from '../../server/src/store/store.ts'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { alter } from '../support/database.ts'
import { startGate, temporaryFolder } from '../support/gate.ts'
import { GateProcess } from '../support/gate-process.ts'
import {
  idTokensAt,
  kidsAt,
  movedClock,
  readAt,
  sealedKeys,
  someone,
} from '../support/id-token-reader.ts'
import { PostgresServer } from '../support/postgres.ts'

const minute = 60_000
const last = 'the secret key of last year that only these tests use'
const present = 'the secret key of this year that only these tests use'

/** A gate that stops and starts again with other keys, on one database. */
async function restarting(t: TestContext) {
  const clock = movedClock()
  const folder = temporaryFolder(t)
  const DATABASE_URL = `sqlite:${join(folder, 'qrgate.sqlite')}`
  return {
    clock,
    folder,
    DATABASE_URL,
    async start(secretKey: string, ...accepted: string[]) {
      const settings = {
        DATABASE_URL,
        SECRET_KEY: secretKey,
        SECRET_KEYS_ACCEPTED: accepted.join(','),
      }
      const gate = await startGate(t, settings, 'demo', clock)
      const { store } = gate.app
      const { sign } = idTokensAt(store, sealedKeys(secretKey, ...accepted), clock)
      return {
        url: gate.url,
        store,
        close: gate.close,
        kids: () => kidsAt(gate.url),
        sign: () => sign(someone),
        read: readAt(gate.url, clock),
        warnings: () =>
          gate.log().match(/"keys":\["[^"]+"\],"msg":"signing keys are sealed/g) ?? [],
      }
    },
  }
}

const kidOf = (token: string) => decodeProtectedHeader(token).kid
const sealedOf = async ({ signingKeys }: Store) =>
  (await signingKeys.all()).map(({ privateKey }) => privateKey)

test('a new SECRET_KEY beside the old one: the key stays, and needs the old one no longer', async t => {
  const { start } = await restarting(t)
  const before = await start(last)
  const [kid] = await before.kids()
  const [sealed] = await sealedOf(before.store)
  const token = await before.sign()
  await before.close()

  const both = await start(present, last)
  assert.deepEqual(await both.kids(), [kid])
  assert.notDeepEqual(await sealedOf(both.store), [sealed])
  await both.close()

  const after = await start(present)
  assert.deepEqual(await after.kids(), [kid])
  assert.equal(kidOf(await after.sign()), kid)
  assert.equal((await after.read(token)).payload.sub, someone.sub)
  assert.deepEqual([...before.warnings(), ...both.warnings(), ...after.warnings()], [])
})

test('a SECRET_KEY that is gone is said; its tokens verify to their end, and sign-ins go on', async t => {
  const { start, clock, folder, DATABASE_URL } = await restarting(t)
  const before = await start(last)
  const [lost = ''] = await before.kids()
  const token = await before.sign()
  await before.close()
  clock.pass(1_000)

  const env = { DATABASE_URL, QRGATE_DATA_DIR: folder, PUBLIC_URL: 'http://127.0.0.1:1' }
  const doctor = await qrgate(['doctor'], { ...env, SECRET_KEY: present }, folder)
  assert.match(doctor.out, new RegExp(`^warn  keys      .*SECRET_KEYS_ACCEPTED.*: ${lost}$`, 'm'))
  const rotate = await qrgate(['keys', 'rotate'], { ...env, SECRET_KEY: present }, folder)
  assert.deepEqual([rotate.code, rotate.out], [1, ''])
  assert.match(rotate.err, /^qrgate: SECRET_KEY is missing, or not the gate's: it opens none/)

  const after = await start(present)
  const [first, next, ...more] = await after.kids()
  assert.deepEqual([first, more], [lost, []])
  assert.deepEqual(after.warnings(), [`"keys":["${lost}"],"msg":"signing keys are sealed`])
  const newer = await after.sign()
  assert.equal(kidOf(newer), next)
  for (const good of [token, newer]) await after.read(good)
  await after.close()

  // Whoever finds the old key again has both.
  const found = await start(present, last)
  assert.deepEqual([await found.kids(), found.warnings()], [[lost, next], []])
  await found.close()

  clock.pass(10 * minute)
  const later = await start(present)
  assert.deepEqual([await later.kids(), later.warnings()], [[next], []])
  assert.equal((await later.store.signingKeys.all()).length, 1)
})

test('F35: two nodes that cannot open the key of one another sign on, and each token verifies', async t => {
  const { start, clock } = await restarting(t)
  const one = await start(last)
  const other = await start(present)
  const tokens = [await one.sign(), await other.sign()]
  clock.pass(5_000)
  for (const node of [one, other]) {
    assert.equal((await node.kids()).length, 2)
    for (const token of tokens) await node.read(token)
  }
})

test('a gate that is killed right after its start shows the same key again', async t => {
  const gate = await GateProcess.start(t)
  const kids = await kidsAt(gate.url)
  await gate.kill('SIGKILL')
  await gate.boot()
  assert.deepEqual(await kidsAt(gate.url), kids)
  assert.equal(kids.length, 1)
})

test('a database that takes no key at the start keeps no gate from starting', async t => {
  const { start, folder, clock } = await restarting(t)
  await (await start(last)).close()
  alter(folder, 'delete from signing_keys')
  alter(
    folder,
    `create trigger full before insert on signing_keys begin select raise(abort, 'full'); end`,
  )
  const gate = await start(last)
  assert.deepEqual(await gate.kids(), [])
  await assert.rejects(gate.sign())
  alter(folder, 'drop trigger full')
  const token = await gate.sign()
  clock.pass(1_000)
  const { payload } = await gate.read(token)
  assert.equal(payload.sub, someone.sub)
})

test('F35: keys from memory are shown while the database does not answer', async t => {
  const clock = movedClock()
  const server = await PostgresServer.start(t)
  const DATABASE_URL = await server.database()
  const { url } = await startGate(t, { DATABASE_URL, SECRET_KEY: present }, 'demo', clock)
  const kids = await kidsAt(url)
  server.freeze()
  clock.pass(5_000)
  try {
    assert.deepEqual(await kidsAt(url), kids)
  } finally {
    server.thaw()
  }
})

test('qrgate keys: rotate and list tell an operator what is so', async t => {
  const { start, folder, DATABASE_URL } = await restarting(t)
  const gate = await start(present)
  const [old = ''] = await gate.kids()
  const env = { DATABASE_URL, SECRET_KEY: present, QRGATE_DATA_DIR: folder }
  const keys = async (args: string) => {
    const { code, out, err } = await qrgate(['keys', ...args.split(' ')], env, folder)
    return { code, text: out + err }
  }

  const short = await keys('rotate --in=5m')
  assert.equal(short.code, 1)
  assert.match(short.text, /^qrgate: --in must be like 10m, 1h or 2d, from 6m/)
  const both = await keys('rotate --in 1h --now')
  assert.deepEqual(both, { code: 1, text: 'qrgate: Choose one: --in or --now.\n' })
  assert.equal((await gate.store.signingKeys.all()).length, 1)

  const time = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.source
  const rotated = await keys('rotate --in 10m')
  const [, next = ''] =
    new RegExp(`^Key ([\\w-]{43}) is published, and signs from ${time}\\.\n$`).exec(rotated.text) ??
    []
  assert.ok(next, rotated.text)
  const list = await keys('list')
  assert.match(list.text, new RegExp(`^${old}  signs\n${next}  signs from ${time}\n$`))

  const leaked = await keys('rotate --now')
  const [, safe = ''] = /^Key ([\w-]{43}) signs from now on\./.exec(leaked.text) ?? []
  assert.deepEqual(await keys('list'), { code: 0, text: `${safe}  signs\n` })

  const store = await openStore(DATABASE_URL)
  t.after(() => store.close())
  const [made, added, replaced] = await wholeLog(store, { event: 'signing_key.added' })
  assert.deepEqual(
    [made, added, replaced].map(row => [row?.subject, row?.actorKind]),
    [
      [old, 'system'],
      [next, 'operator'],
      [safe, 'operator'],
    ],
  )
  assert.deepEqual(JSON.parse(replaced?.detail ?? '{}').removed, [old, next])
})
