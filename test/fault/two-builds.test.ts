import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { cli } from '../support/command.ts'
import { GateProcess } from '../support/gate-process.ts'
import { Kiosk, type KioskSocket } from '../support/kiosk.ts'
import { olderBuild, withoutOlderBuild } from '../support/older-build.ts'
import { allStarted } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { longTimings, password, secretKey } from '../support/production.ts'
import { startRedis } from '../support/redis.ts'
import { addAccountsTo, enrolIn } from '../support/stored.ts'

const origin = 'https://gate.test'
const account = 'visitor-0'

/** One that has come as far as the name of its list says, and whose screen listens. */
interface Visit {
  signIn: StartAnswer
  phone: Phone
  socket: KioskSocket
}

test('F34: nodes of two builds serve the same visitors, through the upgrade and back', {
  skip: withoutOlderBuild,
}, async t => {
  const [postgres, redis] = await allStarted([PostgresServer.start(t), startRedis(t)])
  const settings = {
    SECRET_KEY: secretKey,
    PUBLIC_URL: origin,
    DATABASE_URL: await postgres.database(),
    REDIS_URL: redis.url,
    ...longTimings,
  }
  const older = await olderBuild(t)
  const [a, b] = await allStarted([1, 2].map(() => GateProcess.prepare(t, settings, 'serve')))
  assert.ok(a && b)
  a.program = older.program
  await a.boot()

  const visits = { pending: [] as Visit[], scanned: [] as Visit[], approved: [] as Visit[] }
  let kiosk: Kiosk
  const begin = async (screen: string, phone: string): Promise<Visit> => {
    const signIn = await startPatiently(kiosk.at(screen))
    const socket = await kiosk.at(screen).watch(signIn)
    return { signIn, socket, phone: new Phone(phone, { origin }) }
  }
  const scan = async ({ signIn, phone, socket }: Visit) => {
    await scanPatiently(kiosk.at(phone.url), signIn, phone)
    await socket.state(signIn.id, 'scanned')
  }
  const approve = async ({ signIn, phone, socket }: Visit) => {
    await signInPatiently(phone, signIn, account, password)
    await socket.state(signIn.id, 'approved')
  }
  const claim = async ({ signIn, socket }: Visit, url: string) => {
    assert.equal((await claimPatiently(kiosk.at(url), signIn)).account.name, '홍*동')
    await socket.state(signIn.id, 'claimed')
    socket.cut()
  }
  /** Screen and phone at each of the two, and back. */
  const acrossAll = async () => {
    for (const [screen, phone] of [
      [a.url, b.url],
      [b.url, a.url],
    ] as const) {
      const visit = await begin(screen, phone)
      await scan(visit)
      await approve(visit)
      await claim(visit, phone)
    }
  }

  await t.test('the older one has begun', async () => {
    const store = await older.openPostgresStore(settings.DATABASE_URL, 'look')
    t.after(() => store.close())
    const { credential } = await enrolIn(store, '1층 접수')
    await addAccountsTo(store, [
      { id: account, name: '홍길동', passwordHash: await hash(password, hashCost) },
    ])
    kiosk = new Kiosk(a.url, credential)
    for (const list of Object.values(visits)) {
      for (let n = 0; n < 2; n += 1) list.push(await begin(a.url, a.url))
    }
    for (const visit of [...visits.scanned, ...visits.approved]) await scan(visit)
    for (const visit of visits.approved) await approve(visit)
  })

  await t.test('a newer one comes beside it, and both go on with what was begun', async () => {
    await b.boot()
    await acrossAll()
    const goOn = async ([first, second]: Visit[], step: (visit: Visit) => Promise<void>) => {
      assert.ok(first && second)
      // Its screen waits at the older one, and its phone goes to the newer one.
      second.phone = second.phone.at(b.url)
      for (const visit of [first, second]) await step(visit)
    }
    await goOn(visits.approved, visit => claim(visit, visit.phone.url))
    await goOn(visits.scanned, approve)
    await goOn(visits.pending, scan)
  })

  await t.test('the older one is replaced, and nothing of it is lost', async () => {
    assert.deepEqual(await a.kill('SIGTERM'), { code: 0, signal: null })
    a.program = cli
    await a.boot()
    for (const visit of [...visits.scanned, ...visits.pending]) {
      visit.socket = await kiosk.watch(visit.signIn)
    }
    for (const visit of visits.scanned) await claim(visit, b.url)
    for (const visit of visits.pending) {
      await approve(visit)
      await claim(visit, b.url)
    }
    await acrossAll()
  })

  await t.test('a downgrade goes on with all of it, or says why it cannot', async () => {
    const visit = await begin(b.url, b.url)
    await scan(visit)
    await approve(visit)
    await a.kill('SIGTERM')
    a.program = older.program
    const why = await a.boot().catch(String)
    if (why !== undefined) assert.match(why, /a newer version of QRGate has used it/)
    else {
      await claim(visit, a.url)
      await acrossAll()
    }
  })
})
