import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { paths, type StartAnswer } from '@qrgate/sdk/protocol'
import type { Document } from '../support/contract.ts'
import { alter } from '../support/database.ts'
import { enrol } from '../support/enrol.ts'
import { send } from '../support/exact-http.ts'
import {
  addServedClient,
  approve,
  handOffOf,
  password,
  service,
  startHandOffGate,
} from '../support/hand-off-gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { exchange } from '../support/raw-http.ts'
import { Receiver } from '../support/receiver.ts'
import { SeedClient } from '../support/seed-client.ts'
import { accountOf, agreementOn } from '../support/told-clients.ts'

/*
 * Every gate of these tests is held against its own document (support/contract.ts): what it does not tell
 * of fails the test. Here a gate is asked for all that its document tells.
 */

test('N55: all that the document tells is answered, and nothing else', async t => {
  const place = await startPlace(t)
  const { gate } = place
  const document = (await (await fetch(`${gate.url}/api/openapi.json`)).json()) as Document
  await askAsStranger(place, document)
  await askMachines(place)
  await askScreen(place)
  await askClient(place)
  await askVisit(place)
  await askWhatIsOver(place)
  await askWithoutKiosk(place)

  const answered = gate.contract.answered()
  const never = Object.values(document.paths)
    .flatMap(item => Object.values(item))
    .flatMap(({ operationId, responses }) => {
      const statuses = Object.keys(responses).filter(status => !beyond.has(status))
      const missing = statuses.filter(status => !answered.get(operationId)?.has(Number(status)))
      return missing.map(status => `${operationId} ${status}`)
    })
  assert.deepEqual(never, [])
})

/** What takes a crowd, a database that is away, or a fault: other tests have those. */
const beyond = new Set(['429', '503', 'default'])

type Place = Awaited<ReturnType<typeof startPlace>>

async function startPlace(t: TestContext) {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver])
  const { id, credential, patch } = await addServedClient(gate, receiver, {
    services,
    staffCalls: true,
  })
  const screen = await enrol(gate)
  await screen.serveBy(id)
  const { url } = gate
  const kiosk = new Kiosk(url, screen.credential)
  const aPhone = () => new Phone(url, { origin: url })
  return { gate, url, kiosk, screen, aPhone, credential, patch }
}

const services = [
  service('exam'),
  service('pay'),
  service('shut', { closed: { ko: '점심시간', en: 'Lunch' } }),
]
const json = { 'content-type': 'application/json' }
const nobody = '01a2078e-0e40-744f-8152-601117023174'

async function gets(status: number, asked: Promise<{ status: number }>): Promise<void> {
  assert.equal((await asked).status, status)
}

/** Asks for something at a kiosk, by the secret of a sign-in. */
const atKiosk = ({ kiosk }: Place, { id, kiosk_secret }: StartAnswer) => {
  return (verb: string, body?: object) =>
    kiosk.post(`${paths.signIn(id)}/${verb}`, kiosk_secret, body)
}

const kioskVerbs = ['user-code', 'extend', 'cancel', 'claim', 'service', 'end', 'leave']
const bodyOf = (verb: string) => (verb === 'service' ? { service: 'exam' } : undefined)

/** What forms carry, whichever it is. */
const filledIn = { account: 'nobody', name: 'Nobody', password: 'a' }
const phoneVerbs = [
  ...['scan', 'extend', 'sign-in', 'sign-up', 'deny', 'end', 'not-me', 'leave'],
  ...['cancel-hand-off', 'coming'],
]

/** What every operation refuses to whoever comes with nothing, or with nonsense. */
async function askAsStranger({ url }: Place, document: Document): Promise<void> {
  for (const [path, item] of Object.entries(document.paths)) {
    const address = url + path.replace('{id}', nobody).replace(/\{\w+\}/, 'nothing')
    for (const [lower, { responses }] of Object.entries(item)) {
      const method = lower.toUpperCase()
      const twoHosts = `${method} ${new URL(address).pathname} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`
      await gets(400, exchange(url, twoHosts))
      await send(address, method)
      if (method === 'GET') continue
      const origin = { origin: url, ...json }
      const body = JSON.stringify({ services: [], hand_offs: [], service: 'exam', ...filledIn })
      for (const sent of [body, '{"service":"exam"}', '{}', '{', '']) {
        await send(address, method, origin, sent)
      }
      if (responses[413]) await gets(413, send(address, method, origin, `"${'x'.repeat(300_000)}"`))
      if (responses[415]) await gets(415, send(address, method, { 'content-type': 'a/b' }, 'a'))
    }
  }
}

async function askMachines({ url }: Place): Promise<void> {
  for (const path of ['/healthz', '/readyz', '/oidc/jwks', paths.origin]) {
    await gets(200, fetch(url + path))
  }
  const seed = new SeedClient(url)
  for (const method of ['GET', 'POST']) {
    await gets(200, fetch(`${url}/api/test/insert?user_id=seed&user_pwd=seed`, { method }))
  }
  const token = await seed.start()
  await gets(401, seed.auth(token, 'seed', 'wrong'))
  await gets(200, seed.auth(token, 'seed', 'seed'))
}

async function askScreen({ url, screen }: Place): Promise<void> {
  const post = (path: string, headers: Record<string, string>) =>
    fetch(url + path, { method: 'POST', headers: { origin: url, ...headers } })
  const enrolled = await post(paths.kioskEnrol, {})
  await gets(201, Promise.resolve(enrolled))
  await gets(403, post(paths.kioskEnrol, { origin: 'https://else.test' }))
  const cookie = `qrgate-kiosk=${screen.credential}`
  const other = enrolled.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  await gets(200, fetch(url + paths.kiosk, { headers: { cookie } }))
  await gets(403, post(paths.staffCall, { cookie: other }))
  await gets(204, post(paths.staffCall, { cookie }))
  await gets(429, post(paths.staffCall, { cookie }))
  await gets(401, new Kiosk(url, 'no credential').tryStart())
}

async function askClient({ url, credential }: Place): Promise<void> {
  const headers = { authorization: `Bearer ${credential}`, ...json }
  const ask = (path: string, method: string, body: object) =>
    fetch(url + path, { method, headers, body: JSON.stringify(body) })
  await gets(200, fetch(url + paths.client, { headers }))
  await gets(404, fetch(url + paths.clientSubject('nobody'), { headers }))
  await gets(200, ask(paths.clientServices, 'PUT', { services }))
  await gets(422, ask(paths.clientServices, 'PUT', { services: [service('a'), service('a')] }))
  await gets(404, ask(paths.handOff(nobody), 'PATCH', {}))
  await gets(200, ask(paths.handOffs, 'PATCH', { hand_offs: [{ id: nobody }] }))
}

/** The story, with what is refused on the way. */
async function askVisit(place: Place): Promise<void> {
  const { gate, url, kiosk, credential, patch } = place
  const signIn = await kiosk.start()
  const { id } = signIn
  const ask = atKiosk(place, signIn)
  const phone = place.aPhone()
  const post = (verb: string, fields: Record<string, string> = {}) =>
    phone.post(`/s/${id}/${verb}`, fields)
  const page = (verb: string, fields: Record<string, string> = {}) =>
    phone.post(`/s/${id}/${verb}`, fields, 'text/html')

  const frame = await kiosk.frame(signIn)
  const code = (await (await ask('user-code')).json()) as { user_code: string }
  for (const verb of ['claim', 'end', 'service', 'leave']) await gets(409, ask(verb, bodyOf(verb)))
  await gets(404, ask('extend'))

  const ticket = new URL(frame).pathname.replace('/Q/', '/q/')
  const second = place.aPhone()
  await gets(200, second.get(ticket))
  const late = await second.open(frame)
  await gets(200, phone.get('/code'))
  const opened = await phone.post('/code', code, 'text/html')
  await gets(200, Promise.resolve(opened))
  const form = await opened.text()
  const receipt = /name="receipt" value="([^"]+)"/.exec(form)?.[1] ?? ''
  await gets(200, post('scan', { receipt }))
  await gets(303, page('scan'))
  await gets(303, phone.get(ticket))
  await gets(303, phone.post('/code', code))

  await gets(404, second.get('/q/nothing'))
  await gets(307, second.get(`${ticket}.`))
  await gets(404, second.post('/code', { user_code: 'XXXX-XXXX' }))
  await gets(409, second.get(ticket))
  await gets(409, second.post('/code', code))
  for (const verb of ['scan', 'sign-in', 'sign-up', 'deny']) {
    await gets(409, second.post(`/s/${id}/${verb}`, { receipt: late.receipt, ...filledIn }))
  }
  for (const verb of phoneVerbs) {
    await gets(307, second.post(`/s/${id.toUpperCase()}/${verb}`, filledIn))
  }
  await gets(307, second.get(`/s/${id.toUpperCase()}`))

  await gets(200, post('extend'))
  await gets(303, page('extend'))
  await gets(200, ask('extend'))
  await gets(204, post('leave'))
  for (const verb of ['not-me', 'end']) await gets(409, post(verb))
  for (const verb of ['cancel-hand-off', 'coming']) await gets(404, post(verb))

  const account = { account: 'openapi', name: '홍길동', password, agreement: agreementOn(form) }
  await gets(422, post('sign-up', { ...account, password: 'x' }))
  await gets(401, post('sign-in', account))
  await gets(200, post('sign-up', account))
  await gets(303, page('sign-up', account))
  await gets(200, post('sign-in', account))
  await gets(303, page('sign-in', account))

  await gets(401, ask('claim', { client_credential: 'no credential' }))
  const claimed = await ask('claim', { client_credential: credential })
  await gets(200, Promise.resolve(claimed))
  await gets(404, ask('service', { service: 'none' }))
  await gets(409, ask('service', { service: 'shut' }))
  await gets(200, ask('service', { service: 'exam' }))
  const handOff = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  await gets(200, patch(handOff.id, { status: 'called', number: 'A-1' }))
  for (const accept of ['text/html', 'application/json']) {
    await gets(200, phone.get(`/s/${id}`, accept))
  }
  await gets(200, post('coming'))
  await gets(303, page('coming'))
  await gets(200, post('cancel-hand-off'))
  await gets(303, page('cancel-hand-off'))
  await gets(409, post('coming'))
  await gets(409, patch(handOff.id, { status: 'called' }))
  await gets(204, ask('leave'))
  await gets(200, post('not-me'))
  await gets(303, page('not-me'))

  const { claims } = (await claimed.json()) as { claims: { sub: string } }
  const headers = { authorization: `Bearer ${credential}` }
  const subject = () => fetch(url + paths.clientSubject(claims.sub), { headers })
  await gets(200, subject())
  const { key } = await accountOf(gate.app.store, 'openapi')
  alter(gate.dataDir, 'UPDATE accounts SET disabled_at = 1 WHERE key = ?', key)
  await gets(403, subject())
}

async function askWhatIsOver(place: Place): Promise<void> {
  const { gate, kiosk } = place
  const cancelled = await kiosk.start()
  await gets(200, atKiosk(place, cancelled)('cancel'))

  const denied = await scanned(place)
  await gets(200, denied.phone.deny(denied.signIn.id))
  await gets(303, denied.phone.post(`/s/${denied.signIn.id}/deny`, {}, 'text/html'))
  for (const verb of kioskVerbs) await atKiosk(place, denied.signIn)(verb, bodyOf(verb))
  for (const verb of phoneVerbs) await denied.phone.post(`/s/${denied.signIn.id}/${verb}`, filledIn)

  const ended = await approve(gate, kiosk)
  const ask = atKiosk(place, ended.signIn)
  await gets(200, ask('claim'))
  await gets(200, ask('service', { service: 'exam' }))
  const handOff = await handOffOf(kiosk, ended.signIn, ({ state }) => state === 'accepted')
  await gets(200, place.patch(handOff.id, { status: 'done' }))
  const { id } = ended.signIn
  await gets(409, ended.phone.post(`/s/${id}/cancel-hand-off`, {}))
  await gets(200, ask('end'))
  await gets(200, ended.phone.post(`/s/${id}/end`, {}))
  await gets(303, ended.phone.post(`/s/${id}/end`, {}, 'text/html'))
  for (const verb of kioskVerbs) await ask(verb, bodyOf(verb))
  alter(gate.dataDir, 'DELETE FROM hand_offs WHERE id = ?', handOff.id)
  await gets(404, ended.phone.post(`/s/${id}/not-me`, {}))

  const expired = await scanned(place)
  const stale = place.aPhone()
  const unscanned = await stale.open((await kiosk.start()).frame.url)
  gate.passTime(200_000)
  await gets(410, stale.get(new URL(expired.frame).pathname.replace('/Q/', '/q/')))
  await gets(410, stale.post(`/s/${unscanned.id}/scan`, { receipt: unscanned.receipt }))
  for (const verb of kioskVerbs) await atKiosk(place, expired.signIn)(verb, bodyOf(verb))
  for (const verb of phoneVerbs) {
    await expired.phone.post(`/s/${expired.signIn.id}/${verb}`, filledIn)
  }
}

async function scanned({ kiosk, aPhone }: Place) {
  const signIn = await kiosk.start()
  const frame = await kiosk.frame(signIn)
  const phone = aPhone()
  await phone.scan(frame)
  return { signIn, frame, phone }
}

/** What a kiosk can do no more that was switched off, or is in no database. */
async function askWithoutKiosk(place: Place): Promise<void> {
  const { gate, url, aPhone } = place
  const off = await enrol(gate)
  const kiosk = new Kiosk(url, off.credential)
  const signIn = await kiosk.start()
  const unused = await enrol(gate)
  for (const { revoke } of [off, unused]) await revoke()
  await gets(403, new Kiosk(url, unused.credential).tryStart())
  const cookie = `qrgate-kiosk=${unused.credential}`
  await gets(403, fetch(url + paths.kiosk, { headers: { cookie } }))
  for (const verb of kioskVerbs)
    await gets(403, atKiosk({ ...place, kiosk }, signIn)(verb, bodyOf(verb)))
  const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
  await gets(403, fetch(url + paths.signIn(signIn.id), { headers }))
  await gets(403, aPhone().get(new URL(signIn.frame.url).pathname.replace('/Q/', '/q/')))

  const gone = await scanned(place)
  const { id } = gone.signIn
  const code = await (await atKiosk(place, await place.kiosk.start())('user-code')).json()
  alter(gate.dataDir, 'UPDATE sign_ins SET kiosk = 999 WHERE id = ?', id)
  alter(gate.dataDir, 'UPDATE user_codes SET kiosk = 999')
  for (const verb of phoneVerbs) await gets(401, gone.phone.post(`/s/${id}/${verb}`, filledIn))
  await gets(401, gone.phone.get(`/s/${id}`))
  await gets(401, aPhone().post('/code', code as Record<string, string>))
  const lost = await enrol(gate)
  const started = await new Kiosk(url, lost.credential).start()
  alter(gate.dataDir, 'DELETE FROM kiosks WHERE number = ?', lost.number)
  await gets(401, aPhone().get(new URL(started.frame.url).pathname.replace('/Q/', '/q/')))
}
