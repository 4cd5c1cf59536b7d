import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import {
  atKiosk,
  bodyOf,
  filledIn,
  gets,
  json,
  kioskVerbs,
  nobody,
  type Place,
  phoneVerbs,
  scanned,
  services,
  startPlace,
  ticketOf,
  withReceipt,
} from '../support/asked-gate.ts'
import { codesOf, type Document } from '../support/contract.ts'
import { alter } from '../support/database.ts'
import { enrol } from '../support/enrol.ts'
import { send } from '../support/exact-http.ts'
import { approve, handOffOf, password, service } from '../support/hand-off-gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { exchange } from '../support/raw-http.ts'
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
  await askRevoked(place)
  await askWithoutKiosk(place)
  await askWithPolicy(place)

  const answered = await gate.contract.answered()
  const never = Object.values(document.paths)
    .flatMap(item => Object.values(item))
    .flatMap(({ operationId, responses }) => {
      const told = Object.entries(responses)
        .filter(([status]) => !beyond.has(status))
        .flatMap(([status, answer]) => [status, ...codesOf(answer)])
      const missing = told.filter(said => !answered.get(operationId)?.has(said))
      return missing.map(said => `${operationId} ${said}`)
    })
  assert.deepEqual(never, elsewhere)
})

/** What takes a crowd, a database that is away, or a fault: other tests have those. */
const beyond = new Set(['429', '503', 'default'])

/**
 * What takes a gate of another kind, such as passkeys, a policy that nobody understands, or an account that is
 * disabled while its proof is looked at.
 */
const elsewhere = [
  'seedAuth account_unusable',
  'approveByPassword method_not_allowed',
  'approveByPassword account_unusable',
  'approveByPasskey 200',
  'approveByPasskey 303',
  'approveByPasskey account_unusable',
  'addPasskey 200',
  'addPasskey 303',
  'addPasskey account_unusable',
  'approveByRememberedPhone account_unusable',
  'approveByRememberedPhone proof_too_old',
  'approveBySignUp account_unusable',
  'approveBySignUp registration_closed',
  'approveBySignUp invitation_wrong',
]

const lists = { services: [], hand_offs: [] }

/** What every operation refuses to whoever comes with nothing, or with nonsense. */
async function askAsStranger({ url }: Place, document: Document): Promise<void> {
  for (const [path, item] of Object.entries(document.paths)) {
    const address = url + path.replace('{id}', nobody).replace(/\{\w+\}/, 'nothing')
    for (const [lower, { responses }] of Object.entries(item)) {
      const method = lower.toUpperCase()
      const twoHosts = `${method} ${new URL(address).pathname} HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`
      await gets(400, exchange(url, twoHosts))
      await send(address, method)
      const body = JSON.stringify({ ...lists, ...filledIn, id: 'nobody', pwd: 'a' })
      const origin = { origin: url, ...json }
      if (method === 'GET') continue
      await send(address, method, json, body)
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
  await gets(401, seed.auth(token, 'seed', 'seed'))
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
  const { gate, url, kiosk, credential, stranger, patch } = place
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
  await gets(403, second.post(`/s/${id}/scan`, {}))
  for (const verb of withReceipt) {
    await gets(403, second.post(`/s/${id}/${verb}`, { receipt: 'none', ...filledIn }))
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
  for (const wrong of [
    { password: 'x' },
    { password: 'x'.repeat(1025) },
    { password: 'password' },
    { account: ' ' },
    { name: 'x'.repeat(65) },
  ]) {
    await gets(422, post('sign-up', { ...account, ...wrong }))
  }
  await gets(409, post('sign-up', { ...account, account: 'seed' }))
  await gets(409, post('sign-up', { ...account, notice: 'an older one' }))
  for (const verb of ['sign-in', 'sign-up', 'approve', 'passkey']) {
    await gets(403, post(verb, { ...account, credential: '{}', agreement: 'none' }))
  }
  await gets(401, post('sign-in', account))
  await gets(401, post('approve'))
  await gets(401, post('passkey', { credential: '{}' }))
  await gets(200, post('sign-up', { ...account, remember: 'on' }))
  await gets(401, post('passkeys', { credential: '{}' }))
  await gets(200, post('approve'))
  await gets(303, page('approve'))
  await gets(303, page('sign-up', account))
  await gets(200, post('sign-in', account))
  await gets(303, page('sign-in', account))

  await gets(401, ask('claim', { client_credential: 'no credential' }))
  await gets(403, ask('claim', { client_credential: stranger }))
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

  const { claims } = (await claimed.json()) as { claims: { sub: string } }
  const headers = { authorization: `Bearer ${credential}` }
  const subject = () => fetch(url + paths.clientSubject(claims.sub), { headers })
  await gets(200, subject())
  const { key } = await accountOf(gate.app.store, 'openapi')
  alter(gate.dataDir, 'UPDATE accounts SET disabled_at = 1 WHERE key = ?', key)
  await gets(403, subject())
  await gets(403, ask('claim'))

  await gets(204, ask('leave'))
  await gets(200, post('not-me'))
  await gets(303, page('not-me'))
}

async function askWhatIsOver(place: Place): Promise<void> {
  const { gate, kiosk } = place
  gate.holdTime()
  const cancelled = await kiosk.start()
  const late = place.aPhone()
  const form = await late.open(cancelled.frame.url)
  await gets(200, atKiosk(place, cancelled)('cancel'))
  for (const verb of ['scan', 'deny']) {
    await gets(409, late.post(`/s/${form.id}/${verb}`, { receipt: form.receipt }))
  }

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
  const unscanned = await late.open((await kiosk.start()).frame.url)
  const seed = new SeedClient(place.url)
  const token = await seed.start()
  const last = await kiosk.start()
  gate.passTime(290_000)
  const inTime = await late.open(await kiosk.frame(last))
  gate.passTime(20_000)
  await gets(410, late.post(`/s/${last.id}/scan`, { receipt: inTime.receipt }))
  await gets(410, late.get(ticketOf(expired.signIn)))
  for (const verb of withReceipt) {
    const fields = { receipt: unscanned.receipt, ...filledIn }
    await gets(410, late.post(`/s/${unscanned.id}/${verb}`, fields))
  }
  await gets(401, seed.auth(token, 'seed', 'seed'))
  for (const verb of kioskVerbs) await atKiosk(place, expired.signIn)(verb, bodyOf(verb))
  for (const verb of phoneVerbs) {
    await expired.phone.post(`/s/${expired.signIn.id}/${verb}`, filledIn)
  }
}

/** What a kiosk can do no more that was switched off. */
async function askRevoked(place: Place): Promise<void> {
  const { gate, url, aPhone } = place
  const off = await enrol(gate)
  const there = { ...place, kiosk: new Kiosk(url, off.credential) }
  const signIn = await there.kiosk.start()
  const code = await (await atKiosk(there, signIn)('user-code')).json()
  const phone = aPhone()
  const { id, receipt } = await phone.open(signIn.frame.url)
  await off.revoke()
  const cookie = `qrgate-kiosk=${off.credential}`
  const asKiosk = () => fetch(url + paths.kiosk, { headers: { cookie } })
  await until('the gate knows that it is off', async () => (await asKiosk()).status === 403)
  await gets(403, there.kiosk.tryStart())
  const headers = { cookie, origin: url }
  await gets(403, fetch(url + paths.staffCall, { method: 'POST', headers }))
  for (const verb of kioskVerbs) await gets(403, atKiosk(there, signIn)(verb, bodyOf(verb)))
  const authorization = `Bearer ${signIn.kiosk_secret}`
  await gets(403, fetch(url + paths.signIn(id), { headers: { authorization } }))
  await gets(403, phone.get(ticketOf(signIn)))
  await gets(403, phone.post('/code', code as Record<string, string>))
  for (const verb of withReceipt) {
    await gets(403, phone.post(`/s/${id}/${verb}`, { receipt, ...filledIn }))
  }
}

/** The same of one that is in no database any more, as after an older copy was put back. */
async function askWithoutKiosk(place: Place): Promise<void> {
  const { gate, url, aPhone } = place
  const lost = await enrol(gate)
  const there = { ...place, kiosk: new Kiosk(url, lost.credential) }
  const signIn = await there.kiosk.start()
  alter(gate.dataDir, 'DELETE FROM kiosks WHERE number = ?', lost.number)
  const asked = () => atKiosk(there, signIn)('user-code')
  await until('the gate knows that it is gone', async () => (await asked()).status === 401)
  for (const verb of kioskVerbs) await gets(401, atKiosk(there, signIn)(verb, bodyOf(verb)))
  const authorization = `Bearer ${signIn.kiosk_secret}`
  await gets(401, fetch(url + paths.signIn(signIn.id), { headers: { authorization } }))
  await gets(401, aPhone().get(ticketOf(signIn)))

  const gone = await scanned(place)
  const { id } = gone.signIn
  const code = await (await atKiosk(place, await place.kiosk.start())('user-code')).json()
  alter(gate.dataDir, 'UPDATE sign_ins SET kiosk = ? WHERE id = ?', lost.number, id)
  alter(gate.dataDir, 'UPDATE user_codes SET kiosk = ?', lost.number)
  for (const verb of phoneVerbs) await gets(401, gone.phone.post(`/s/${id}/${verb}`, filledIn))
  await gets(401, gone.phone.get(`/s/${id}`))
  await gets(401, aPhone().post('/code', code as Record<string, string>))
}

async function askWithPolicy({ gate, url, aPhone }: Place): Promise<void> {
  const closed = await enrol(gate)
  await closed.setPolicy({ methods: ['password'] })
  const { signIn, phone } = await scanned({ kiosk: new Kiosk(url, closed.credential), aPhone })
  for (const verb of ['sign-up', 'approve', 'passkey', 'passkeys']) {
    await gets(403, phone.post(`/s/${signIn.id}/${verb}`, filledIn))
  }
}
