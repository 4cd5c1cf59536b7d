import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import type { ClaimedAccount, StartAnswer } from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { freePort, type Scope, startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import {
  type LeftSignIn,
  type OlderDatabase,
  olderPostgres,
  olderSqlite,
} from '../support/older-gate.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { SeedClient } from '../support/seed-client.ts'
import { typeCode } from '../support/user-code.ts'

const server = await PostgresServer.start({ after })

const engines: Record<string, (t: Scope) => Promise<OlderDatabase>> = {
  SQLite: olderSqlite,
  Postgres: t => olderPostgres(t, server),
}

/** A gate of today on the older one's database, at the moment at which that one was stopped. */
async function startUpgraded(t: TestContext, old: OlderDatabase) {
  const { left } = old
  const PORT = `${await freePort()}`
  const settings = {
    ...left.settings,
    PORT,
    SECRET_KEY: left.secretKey,
    PUBLIC_URL: left.publicUrl,
    DATABASE_URL: old.url,
  }
  const { app } = await startGate(t, settings, 'serve', () => left.at)
  const url = `http://127.0.0.1:${PORT}`

  return {
    store: app.store,
    url,
    kiosk: new Kiosk(url),
    phone: (cookie?: string | null) =>
      new Phone(url, { origin: left.publicUrl }, cookie ? [cookie] : []),
    account(id: string) {
      const account = left.accounts.find(account => account.id === id)
      assert.ok(account)
      return account
    },
    kioskOf(state: string) {
      const kiosk = left.kiosks.find(kiosk => kiosk.state === state)
      assert.ok(kiosk)
      return kiosk
    },
    /** The one that fits; with what its kiosk has kept of the start's answer. */
    signIn(fits: (signIn: LeftSignIn) => boolean) {
      const signIn = left.signIns.find(fits)
      assert.ok(signIn)
      return { ...signIn, started: startedOf(signIn) }
    },
    /** What the log tells of one thing, in order; sealed or not. */
    async eventsOf(subject: string) {
      const log = old.raw.selectFrom('log').select('event').where('subject', '=', subject)
      return (await log.orderBy('row').execute()).map(({ event }) => event)
    },
  }
}

function startedOf({ id, kioskSecret }: LeftSignIn): StartAnswer {
  const frame = { url: '', starts_in_ms: 0, lasts_ms: 0 }
  return { id, kiosk_secret: kioskSecret ?? '', expires_in: 0, frame }
}

async function refusalOf(answer: Response): Promise<string> {
  return `${answer.status} ${((await answer.json()) as { code: string }).code}`
}

for (const [name, make] of Object.entries(engines)) {
  test(`U10: ${name}: a phone that had scanned before the upgrade signs in, and its kiosk claims`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { id, started, phoneCookie } = gate.signIn(
      ({ state, userCode }) => state === 'scanned' && userCode === null,
    )
    const { password, key, hash } = gate.account('imported_1')
    assert.equal(hash, 'bcrypt')
    const socket = await gate.kiosk.watch(started)
    await socket.state(id, 'scanned')

    assert.equal(
      await refusalOf(await gate.phone().signIn(id, 'imported_1', password)),
      '403 not_your_phone',
    )
    const phone = gate.phone(phoneCookie)
    assert.partialDeepStrictEqual((await phone.state(id)).body, { state: 'scanned', seq: 1 })
    const answer = await phone.signIn(id, 'imported_1', password)
    assert.deepEqual([answer.status, await answer.json()], [200, { state: 'approved', seq: 2 }])
    await socket.state(id, 'approved')
    socket.cut()

    const claimed = await gate.kiosk.claimed(started)
    assert.equal(claimed.account.name, 'im***_1')
    assert.deepEqual(claimed.amr, ['pwd'])
    assert.deepEqual(await gate.kiosk.claimed(started), claimed)
    const newer = (await gate.store.accounts.byKey(key))?.passwordHash
    assert.match(newer ?? '', /^\$argon2id\$/, 'the password was at hand')
    const events = ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed']
    assert.deepEqual(await gate.eventsOf(id), events)
  })

  test(`U11: ${name}: what was approved before the upgrade is claimed after it, and again`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { id, started } = gate.signIn(
      ({ state, kioskSecret }) => state === 'approved' && kioskSecret !== null,
    )
    const claimed = await gate.kiosk.claimed(started)
    assert.equal(claimed.account.name, '홍*동')
    assert.deepEqual(await gate.kiosk.claimed(started), claimed)
    const events = await gate.eventsOf(id)
    assert.deepEqual(events.slice(2), ['sign_in.approved', 'sign_in.claimed'])
  })

  test(`U12: ${name}: what was claimed before the upgrade is answered in the same words`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { started, claim, phoneCookie, id } = gate.signIn(({ state }) => state === 'claimed')
    // But for what a kiosk is no longer told: a name of its own for each person.
    assert.ok(claim)
    const { sub: _, ...account } = claim.account as ClaimedAccount & { sub?: string }
    assert.deepEqual(await gate.kiosk.claimed(started), { ...claim, account })
    assert.deepEqual((await gate.phone(phoneCookie).state(id)).body, { state: 'claimed', seq: 3 })
  })

  test(`U13: ${name}: every sign-in stands where it stood, for its kiosk and for its phone`, async t => {
    const old = await make(t)
    const gate = await startUpgraded(t, old)
    const revoked = gate.kioskOf('revoked').number
    const running = new Set(['scanned', 'approved', 'claimed'])
    for (const signIn of old.left.signIns.filter(({ kioskSecret }) => kioskSecret !== null)) {
      const { id, state, reason, phoneCookie } = signIn
      const started = startedOf(signIn)
      if (signIn.kiosk === revoked) {
        const view = await gate.kiosk.post(paths.claim(id), started.kiosk_secret)
        assert.equal(await refusalOf(view), '403 kiosk_revoked')
        continue
      }
      const view = await gate.kiosk.view(started)
      assert.deepEqual([view.state, view.reason ?? null], [state, reason])
      if (!running.has(state)) {
        const { status } = await gate.kiosk.claim(started)
        assert.ok(status === 409 || status === 410, `${state}: ${status}`)
      }
      if (phoneCookie === null) continue
      assert.equal((await gate.phone(phoneCookie).state(id)).body.state, state)
    }
  })

  test(`U14: ${name}: an invited kiosk enrols by its link of before, once; a used link stays used`, async t => {
    const old = await make(t)
    const gate = await startUpgraded(t, old)
    const { link, number } = gate.kioskOf('invited')
    const screen = gate.phone()
    const path = new URL(link ?? '').pathname
    assert.equal((await screen.get(path)).status, 200)
    const enrolled = await screen.post(path, {})
    assert.deepEqual([enrolled.status, enrolled.headers.get('location')], [303, '/kiosk'])
    const view = (await (await screen.get(paths.kiosk)).json()) as { number: number }
    assert.equal(view.number, number)
    assert.equal((await gate.phone().post(path, {})).status, 410)
    assert.deepEqual(await gate.eventsOf(`${number}`), ['kiosk.enrolled'])

    const used = old.left.kiosks.find(({ state, link }) => state === 'enrolled' && link !== null)
    const usedPath = new URL(used?.link ?? '').pathname
    assert.equal((await gate.phone().post(usedPath, {})).status, 410)
    const its = gate.phone(`__Host-qrgate-kiosk=${used?.credential}`)
    const same = (await (await its.get(paths.kiosk)).json()) as { number: number }
    assert.equal(same.number, used?.number)
  })

  test(`U15: ${name}: a revoked kiosk and a disabled account stay shut out`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { credential } = gate.kioskOf('revoked')
    assert.ok(credential)
    const start = await new Kiosk(gate.url, credential).tryStart()
    assert.equal(await refusalOf(start), '403 kiosk_revoked')

    const { id, phoneCookie, started } = gate.signIn(({ state }) => state === 'scanned')
    const { password, disabled } = gate.account('cheolsu')
    assert.ok(disabled)
    const answer = await gate.phone(phoneCookie).signIn(id, 'cheolsu', password)
    assert.equal(await refusalOf(answer), '401 wrong_credentials')
    assert.equal((await gate.kiosk.view(started)).state, 'scanned')
  })

  test(`U16: ${name}: a backend starts with its credential of before, and a visitor signs in there`, async t => {
    const old = await make(t)
    const gate = await startUpgraded(t, old)
    const backend = old.left.kiosks.find(({ state, link }) => state === 'enrolled' && !link)
    const kiosk = new Kiosk(gate.url, backend?.credential ?? '')
    const started = await kiosk.start()
    const phone = gate.phone()
    await phone.scan(started.frame.url)
    const { password } = gate.account('Kim.Younghee')
    assert.equal((await phone.signIn(started.id, 'kim.younghee', password)).status, 200)
    assert.equal((await kiosk.claimed(started)).account.name, '김*희')
    assert.equal((await gate.store.signIns.read(started.id))?.kiosk, backend?.number)
  })

  test(`U17, N59: ${name}: the seed's client that waits with its JWT of before is told success`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { jwt } = gate.signIn(({ jwt }) => jwt !== null)
    const socket = new SeedClient(gate.url).listen(jwt ?? '')
    assert.equal(await socket.status, 101)
    assert.equal((await socket.closed).code, 1000)
    assert.deepEqual(socket.heard, ['success'])
  })

  test(`U18: ${name}: a user code of before leads its phone to the sign-in, and nobody else`, async t => {
    const gate = await startUpgraded(t, await make(t))
    const { id, userCode, phoneCookie, started } = gate.signIn(({ userCode }) => userCode !== null)
    const { status, location } = await typeCode(gate.phone(phoneCookie), userCode ?? '')
    assert.deepEqual([status, location], [303, `/s/${id}`])
    assert.equal((await typeCode(gate.phone(), userCode ?? '')).status, 409)
    const { password } = gate.account('hong')
    assert.equal((await gate.phone(phoneCookie).signIn(id, 'hong', password)).status, 200)
    assert.equal((await gate.kiosk.claimed(started)).account.name, '홍*동')
  })
}
