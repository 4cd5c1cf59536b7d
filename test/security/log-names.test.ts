import assert from 'node:assert/strict'
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type HandOffState, paths } from '@qrgate/sdk/protocol'
import { createClock } from '../../server/src/clock.ts'
import { rememberedCookieName } from '../../server/src/http/server/cookies.ts'
import { logEvents } from '../../server/src/protocol/log-event.ts'
import { Authenticator } from '../support/authenticator.ts'
import { qrgate } from '../support/command.ts'
import { openDatabase } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { handOffOf } from '../support/hand-off-gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { day, keepAll, openSqliteLog, sealAll } from '../support/log-database.ts'
import { startLocal, toMake } from '../support/passkey-page.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { type Answer, Receiver } from '../support/receiver.ts'
import { SeedClient } from '../support/seed-client.ts'
import { agreementOn } from '../support/told-clients.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'

/** Part of every name, id, password and text in this test. */
const canary = 'canary'
const canaryKo = '카나리아'
const password = `${canary} Qz9 harbour lantern 47`

/** What only its holder may know, or what was said once: none of it is ever in the log. */
type Secrets = Set<string>

const env = {
  SECRET_KEY: `${canary}: a secret key that only this test uses; it has 32 bytes`,
  QRGATE_SITE_NAME: `${canaryKo} 병원`,
  QRGATE_SITE_NAME_EN: `${canary} clinic`,
}

/** What operators do, as they do it: with the command line. */
async function operate({ dataDir, url }: Gate, secrets: Secrets): Promise<void> {
  const run = async (args: string[], input = '') => {
    const ran = await qrgate(
      args,
      { ...env, QRGATE_DATA_DIR: dataDir, PUBLIC_URL: url },
      dataDir,
      input,
    )
    assert.equal(ran.code, 0, ran.err)
    return ran.out
  }
  const file = join(dataDir, `${canary}.csv`)
  const hash = '$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy'
  const columns = ['--name-column', 'name', '--external-id-column', 'number']
  const row = [`${canary}-imported`, hash, `${canaryKo} 환자`, `${canary}-number-1`]
  writeFileSync(file, `id,password,name,number\n${row}\n`)
  await run(['kiosk', 'add', `${canaryKo} 키오스크`, '--name-en', `${canary} kiosk`])
  const invited = await run(['kiosk', 'link', '100'])
  const link = /\/enrol\/(\S+)/.exec(invited)?.[1] ?? ''
  const backend = await run(['kiosk', 'add', `${canary} backend`, '--backend'])
  const credential = /Bearer (\S+)/.exec(backend)?.[1] ?? ''
  await run(['account', 'add', `${canary}-added`, '--name', `${canaryKo} 사람`], `${password}\n`)
  await run(['account', 'import', file, ...columns])
  const called = ['--name', `${canaryKo} 이름`, '--external-id', `${canary}-number-2`]
  await run(['account', 'set', `${canary}-imported`, '--id', `${canary}-set`, ...called])
  await run(['account', 'password', `${canary}-added`], `${password} again\n`)
  const changed = [
    '--id',
    `${canary}-renamed`,
    '--name',
    `${canaryKo} 씨`,
    '--external-id',
    `${canary}-42`,
  ]
  await run(['account', 'set', `${canary}-added`, ...changed])
  const recovering = await run(['account', 'recover', `${canary}-renamed`])
  const recovery = /\/recover\/(\S+)/.exec(recovering)?.[1] ?? ''
  const owner = new Phone(url, strange)
  const recovered = await owner.post(`/recover/${recovery}`, { password: `${password} anew` })
  assert.equal(recovered.status, 303)
  secrets.add(recovery)
  await run(['account', 'disable', `${canary}-renamed`])
  await run(['account', 'enable', `${canary}-renamed`])
  const inviting = await run(['account', 'invite'])
  const invitation = /[A-Z]{5}-[A-Z]{5}/.exec(inviting)?.[0] ?? ''
  await run(['account', 'uninvite', invitation])
  const notice = { purpose: { ko: canaryKo, en: canary } }
  await run(['site', 'notice', '-'], JSON.stringify(notice))
  for (const secret of [invitation, invitation.replace('-', '')]) secrets.add(secret)
  await run(['kiosk', 'revoke', '101'])
  await run(['kiosk', 'remove', '101'])
  await run(['account', 'remove', `${canary}-set`, '--yes'])
  const client = ['client', 'add', 'clinic', `${canaryKo} 내과`, '--name-en', `${canary} clinic`]
  const first = await run([...client, '--claims', 'name', '--endpoint', `https://${canary}.test/`])
  await run(['kiosk', 'set', '100', '--client', 'clinic', '--name', `${canaryKo} 접수`])
  await run(['client', 'set', 'clinic', '--name', `${canaryKo} 의원`, '--claims', 'none'])
  const second = await run(['client', 'rotate', 'clinic'])
  await run(['client', 'remove', 'clinic'])
  for (const out of [first, second]) {
    for (const found of [/Bearer (\S+)/.exec(out), /whsec_(\S+)/.exec(out)]) {
      secrets.add(found?.[1] ?? '')
    }
  }

  const screen = new Phone(url, strange)
  assert.equal((await screen.post(`/enrol/${link}`, {}, 'text/html')).status, 303)
  for (const secret of [link, credential, cookieOf(screen)]) secrets.add(secret)
}

/** What browsers say of themselves. */
const strange = { 'user-agent': `${canary} (iPhone) ${canaryKo.length}`, 'x-forwarded-for': canary }

const cookieOf = ({ cookies }: Phone) => /=([\w-]{20,})/.exec(cookies)?.[1] ?? ''

const rememberedIn = ({ cookies }: Phone) =>
  new RegExp(`${rememberedCookieName}=([\\w-]{43})`).exec(cookies)?.[1] ?? ''

/** What visitors do, to every end that there is. */
async function visit(gate: Gate, secrets: Secrets): Promise<void> {
  const { url, passTime } = gate
  const kiosk = new Kiosk(url)
  const scanned = async () => {
    const phone = new Phone(url, strange)
    const signIn = await kiosk.start()
    const { receipt } = await phone.open(signIn.frame.url)
    assert.equal((await phone.scan(signIn.frame.url)).answer.status, 200)
    const ticket = new URL(signIn.frame.url).pathname.slice('/q/'.length)
    for (const secret of [signIn.kiosk_secret, receipt, ticket, cookieOf(phone)])
      secrets.add(secret)
    return { phone, signIn, id: signIn.id }
  }
  const claimed = await scanned()
  const visitor = { account: `${canary}-phone`, name: `${canaryKo} 방문자`, password }
  const signedUp = await claimed.phone.post(`/s/${claimed.id}/sign-up`, {
    ...visitor,
    remember: 'on',
  })
  assert.equal(signedUp.status, 200)
  secrets.add(rememberedIn(claimed.phone))
  await kiosk.claimed(claimed.signIn)
  const made = toMake(await (await claimed.phone.get(`/s/${claimed.id}`)).text(), gate)
  const credential = new Authenticator().create(made ?? assert.fail())
  assert.equal((await claimed.phone.post(`/s/${claimed.id}/passkeys`, { credential })).status, 200)
  assert.equal((await claimed.phone.post(`/s/${claimed.id}/not-me`, {})).status, 200)
  const denied = await scanned()
  assert.equal((await denied.phone.deny(denied.id)).status, 200)
  const cancelled = await scanned()
  assert.equal((await kiosk.cancel(cancelled.signIn)).status, 200)
  await scanned()

  // Whoever guesses: passwords, ids, tickets, codes, links and secrets.
  const guess = await scanned()
  for (const id of [`${canary}-phone`, `${canary}-nobody`]) {
    assert.equal((await guess.phone.signIn(guess.id, id, `${canary} wrong`)).status, 401)
  }
  const stranger = new Phone(url, { ...strange, origin: `https://${canary}.test` })
  assert.equal((await stranger.deny(guess.id)).status, 403)
  assert.equal((await stranger.get(`/q/${canary}`)).status, 404)
  assert.equal((await stranger.get(`/enrol/${canary}`)).status, 404)
  secrets.add((await askUserCode(kiosk, await kiosk.start())).user_code)
  assert.equal((await typeCode(new Phone(url, strange), canary)).status, 404)
  const socket = await KioskSocket.open(url, strange)
  socket.say({ type: 'watch', id: guess.id, kiosk_secret: canary })
  await socket.closed
  // And the seed's own way.
  const seed = new SeedClient(url, strange)
  await seed.insert(`${canary}-seed`, password)
  assert.equal((await seed.signIn(`${canary}-seed`, password)).status, 200)

  passTime(700_000)
  await until('time has ended all of them', () => {
    const events = eventsIn(gate)
    return events.has('visit.ended') && events.has('sign_in.expired')
  })
}

/** What somebody does with their own account, and that it goes in the end. */
async function lookAfter(gate: Gate, secrets: Secrets): Promise<void> {
  const kiosk = new Kiosk(gate.url)
  const [signIn, phone] = [await kiosk.start(), new Phone(gate.url, strange)]
  await phone.scan(signIn.frame.url)
  const account = `${canary}-owner`
  const visitor = { account, name: `${canaryKo} 주인`, password, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-up`, visitor)).status, 200)
  await kiosk.claimed(signIn)
  const made = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), gate)
  const credential = new Authenticator().create(made ?? assert.fail())
  assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)

  const signedIn = await phone.post('/me/sign-in', { account, password }, 'text/html')
  assert.equal(signedIn.status, 303)
  secrets.add(rememberedIn(phone))
  secrets.add(/qrgate-me=([\w-]{20,})/.exec(phone.cookies)?.[1] ?? '')
  const page = await (await phone.get('/me')).text()
  const fieldOf = (name: string) =>
    new RegExp(`name="${name}" value="([^"]+)"`).exec(page)?.[1] ?? ''
  const passkey = fieldOf('passkey')
  const change = async (path: string, fields: Record<string, string>, status = 303) => {
    assert.equal((await phone.post(`/me/${path}`, fields, 'text/html')).status, status, path)
  }
  await change('passkeys/rename', { passkey, name: `${canaryKo} 열쇠` })
  await change('passkeys/remove', { passkey })
  await change('phones/forget', { phone: fieldOf('phone') })
  await change('delete', { account }, 200)
}

/** What a client does for visitors, to every end that there is; then nobody reaches it any more. */
async function serve(gate: Gate, receiver: Receiver, secrets: Secrets): Promise<void> {
  const { url, dataDir, passTime } = gate
  const run = async (args: string[], input = '') => {
    const ran = await qrgate(args, { ...env, QRGATE_DATA_DIR: dataDir }, dataDir, input)
    assert.equal(ran.code, 0, ran.err)
    return ran.out
  }
  const text = { ko: `${canaryKo} 진료`, en: `${canary} exam` }
  const called = ['--name-en', `${canary} desk`, '--claims', 'name,account_id']
  const added = await run([
    'client',
    'add',
    'desk',
    `${canaryKo} 원무과`,
    ...called,
    '--endpoint',
    receiver.url,
  ])
  const credential = /Bearer (\S+)/.exec(added)?.[1] ?? ''
  const webhookSecret = /whsec_\S+/.exec(added)?.[0] ?? ''
  receiver.trust(webhookSecret)
  const service = { id: 'exam', name: text, lines: [text], icon: 'doctor' }
  await run(['client', 'services', 'desk', '-'], JSON.stringify({ services: [service] }))
  await run(['client', 'set', 'desk', '--staff-calls', 'on'])
  const kioskAdded = await run([
    'kiosk',
    'add',
    `${canaryKo} 창구`,
    '--backend',
    '--client',
    'desk',
  ])
  const kioskCredential = /Bearer (\S+)/.exec(kioskAdded)?.[1] ?? ''
  for (const secret of [credential, webhookSecret.slice(6), kioskCredential]) secrets.add(secret)

  const kiosk = new Kiosk(url, kioskCredential)
  let visitors = 0
  const visit = async () => {
    visitors += 1
    const phone = new Phone(url, strange)
    const signIn = await kiosk.start()
    const { page, receipt } = await phone.open(await kiosk.frame(signIn))
    const account = `${canary}-visitor-${visitors}`
    const fields = { account, name: `${canaryKo} 환자`, password, receipt }
    const agreement = agreementOn(page)
    const answer = await phone.post(`/s/${signIn.id}/sign-up`, { ...fields, agreement })
    assert.equal(answer.status, 200)
    for (const secret of [signIn.kiosk_secret, agreement, cookieOf(phone)]) secrets.add(secret)
    await kiosk.claimed(signIn)
    return { phone, signIn }
  }
  /** What the client's endpoint answers, and how the visitor's hand-off then stands. */
  const asked = async (state: HandOffState, answer: Answer) => {
    receiver.answer = answer
    const visited = await visit()
    const handOff = await handOffOf(kiosk, visited.signIn, handOff => handOff.state === state)
    return { ...visited, handOff }
  }
  const accept: Answer = ({ type }, response) => {
    const accepted = { status: 'accepted', number: `${canary}-1`, place: { name: text } }
    response.end(JSON.stringify(type === 'hand_off.requested' ? accepted : {}))
  }
  const say = async (id: string, status: HandOffState) => {
    const answer = await fetch(url + paths.handOff(id), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify({ status, title: text, now: canary }),
    })
    assert.equal(answer.status, 200)
  }
  const served = await asked('accepted', accept)
  assert.equal((await served.phone.post(`/s/${served.signIn.id}/coming`, {})).status, 200)
  await say(served.handOff.id, 'called')
  await say(served.handOff.id, 'done')
  await say((await asked('accepted', accept)).handOff.id, 'no_show')
  const cancelled = await asked('accepted', accept)
  const cancelPath = `/s/${cancelled.signIn.id}/cancel-hand-off`
  assert.equal((await cancelled.phone.post(cancelPath, {})).status, 200)
  await asked('refused', (_, response) => response.end(JSON.stringify({ status: 'refused', text })))
  await asked('failed', (_, response) => response.writeHead(404).end(canary))
  const cookie = `qrgate-kiosk=${kioskCredential}`
  const call = await fetch(url + paths.staffCall, {
    method: 'POST',
    headers: { cookie, origin: url, 'content-type': 'application/json' },
    body: '{}',
  })
  assert.equal(call.status, 204)

  await run(['account', 'remove', `${canary}-visitor-1`, '--yes'])

  receiver.answer = (_, response) => response.writeHead(500).end(canary)
  await visit()
  const client = () => gate.app.store.clients.byId('desk')
  await until('it fails', async () => (await client())?.failingSince !== null)
  // The seal of a day is what it is told of next.
  passTime(4 * day)
  await until('its webhooks are off', async () => (await client())?.webhooksOffAt !== null)
}

function eventsIn({ dataDir }: Gate): Set<string> {
  const database = openDatabase(dataDir)
  try {
    const rows = database.prepare('SELECT DISTINCT event FROM log WHERE event IS NOT NULL').all()
    return new Set(rows.map(({ event }) => String(event)))
  } finally {
    database.close()
  }
}

async function assertNoNames(t: TestContext, { dataDir }: Gate, secrets: Secrets): Promise<void> {
  const { raw } = await openSqliteLog(t, join(dataDir, 'qrgate.sqlite'))
  const table = JSON.stringify(await raw.selectFrom('log').selectAll().execute())
  const { out } = await qrgate(['log', 'export'], { QRGATE_DATA_DIR: dataDir }, dataDir)
  assert.ok(out.length > 2_000)
  const traces = [canary, canaryKo, ...secrets]
  for (const [where, text] of Object.entries({ table, out })) {
    for (const trace of traces) {
      assert.ok(trace.length > 3)
      const found = text.toLowerCase().indexOf(trace.toLowerCase())
      assert.equal(
        found,
        -1,
        `${trace} stands in the ${where}: ${text.slice(found - 200, found + 50)}`,
      )
    }
  }
}

async function restoreBackup({ dataDir }: Gate): Promise<void> {
  const run = (...args: string[]) => qrgate(args, { ...env, QRGATE_DATA_DIR: dataDir }, dataDir)
  const path = join(dataDir, 'qrgate.sqlite')
  await run('backup', `${path}.backup`)
  const away = join(dataDir, 'away')
  mkdirSync(away)
  for (const end of ['', '-wal', '-shm']) {
    if (existsSync(path + end)) renameSync(path + end, join(away, `qrgate.sqlite${end}`))
  }
  assert.equal((await run('restore', `${path}.backup`)).code, 0)
}

test('no name, id, password, text or secret of anybody is ever in the log', async t => {
  const receiver = await Receiver.start(t)
  const hosts = { QRGATE_WEBHOOK_HOSTS: receiver.host }
  const settings = { ...env, ...hosts, QRGATE_TRUSTED_PROXIES: '127.0.0.1' }
  const gate = await startLocal(t, settings)
  const secrets: Secrets = new Set()
  await operate(gate, secrets)
  await visit(gate, secrets)
  await lookAfter(gate, secrets)
  await serve(gate, receiver, secrets)
  await gate.close()
  await restoreBackup(gate)
  for (const line of gate.log().split('\n')) assert.ok(!line.toLowerCase().includes(canary), line)

  const path = join(gate.dataDir, 'qrgate.sqlite')
  const { store, raw } = await openSqliteLog(t, path)
  // As a gate of the version before would still write it.
  const old = { at: 1, event: 'sign_in', sign_in: 'x', kiosk: 1, account: null, reason: null }
  await raw.insertInto('audit').values(old).execute()
  await sealAll(store)
  await assertNoNames(t, gate, secrets)

  const now = createClock()()
  const events = eventsIn(gate)
  for (const days of [1, 92, 900]) {
    await keepAll(store, now + days * day)
    for (const event of eventsIn(gate)) events.add(event)
    await assertNoNames(t, gate, secrets)
  }
  assert.deepEqual([...events].toSorted(), Object.keys(logEvents).toSorted(), 'all has happened')
})
