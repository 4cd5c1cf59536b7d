import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'

const password = 'correct horse battery'

test('a visitor whose camera cannot help types the code and signs in', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { user_code, verification_uri, expires_in } = await askUserCode(kiosk, signIn)
  assert.match(user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/)
  assert.equal(verification_uri, `${gate.url}/code`)
  assert.equal(expires_in, 120)

  const asked = await phone.get('/code')
  assert.equal(asked.status, 200)
  assert.match(await asked.text(), /<input[^>]* name="user_code"/)
  const opened = await typeCode(phone, user_code)
  assert.equal(opened.status, 200)
  assert.equal(opened.id, signIn.id)
  assert.ok(opened.page.includes(`<strong>${user_code}</strong>`))
  assert.equal((await kiosk.view(signIn)).state, 'pending')

  const scan = await phone.post(`/s/${opened.id}/scan`, { receipt: opened.receipt })
  assert.partialDeepStrictEqual(await scan.json(), { state: 'scanned', seq: 1 })
  assert.equal((await phone.signUp(opened.id, 'hong', '홍길동', password)).status, 200)
  assert.equal((await kiosk.claimed(signIn)).account.name, '홍*동')
})

test('without script the form carries the receipt, and the first submit is the scan', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  await signUp(gate.url, kiosk)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { user_code } = await askUserCode(kiosk, signIn)
  const { id, receipt } = await typeCode(phone, user_code)
  const fields = { account: 'hong', password, receipt }
  const answer = await phone.post(`/s/${id}/sign-in`, fields, 'text/html')
  assert.equal(answer.status, 303)
  assert.equal(answer.headers.get('location'), `/s/${id}`)
  assert.equal((await kiosk.view(signIn)).state, 'approved')
})

test('the QR stays good beside the code, and whoever comes second is told so', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const { user_code } = await askUserCode(kiosk, signIn)
  const first = new Phone(gate.url)
  await first.scan(signIn.frame.url)
  const second = await typeCode(new Phone(gate.url), user_code)
  assert.equal(second.status, 409)
  assert.equal(second.receipt, '')

  const again = await typeCode(first, user_code)
  assert.equal(again.status, 303)
  assert.equal(again.location, `/s/${signIn.id}`)
})

test('asked for again, a sign-in has the same code until its time is over', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  gate.holdTime()
  const signIn = await kiosk.start()
  const first = await askUserCode(kiosk, signIn)
  gate.passTime(60_000)
  const again = await askUserCode(kiosk, signIn)
  assert.equal(again.user_code, first.user_code)
  assert.ok(again.expires_in <= 60)
  gate.passTime(60_000)
  assert.notEqual((await askUserCode(kiosk, signIn)).user_code, first.user_code)
  gate.passTime(100_000)
  const last = await askUserCode(kiosk, signIn)
  assert.ok(last.expires_in <= 80, 'no code outlives its sign-in')
})

// On SQLite two requests hardly ever meet; on Postgres twenty at once do, on one node or many.
test('N22: of 20 requests at once for one sign-in, each gets the same code', async t => {
  const gate = await startGate(t, {
    DATABASE_URL: await (await PostgresServer.start(t)).database(),
  })
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const ask = async () => (await askUserCode(kiosk, signIn)).user_code
  const atOnce = async () => new Set(await Promise.all(Array.from({ length: 20 }, ask)))
  const first = await atOnce()
  assert.equal(first.size, 1)
  gate.passTime(120_000)
  const second = await atOnce()
  assert.equal(second.size, 1)
  assert.notDeepEqual(second, first)
  const [code = ''] = second
  assert.equal((await typeCode(new Phone(gate.url), code)).id, signIn.id)
})

test('a sign-in that nobody can scan any more has no code', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const [cancelled, scanned, expired] = [
    await kiosk.start(),
    await kiosk.start(),
    await kiosk.start(),
  ]
  await kiosk.cancel(cancelled)
  await new Phone(gate.url).scan(scanned.frame.url)
  const refusal = async ({ id, kiosk_secret }: typeof cancelled) => {
    const answer = await kiosk.post(paths.userCode(id), kiosk_secret)
    return `${answer.status} ${((await answer.json()) as { code: string }).code}`
  }
  assert.equal(await refusal(cancelled), '409 already_ended')
  assert.equal(await refusal(scanned), '409 already_ended')
  gate.passTime(300_001)
  assert.equal(await refusal(expired), '410 expired')
})

test('a wrong code gives the page back with what was typed and with words, in both languages', async t => {
  const gate = await startGate(t)
  const words = { ko: '없는 코드이거나', en: 'This code is wrong or has expired' }
  for (const [lang, sentence] of Object.entries(words)) {
    const phone = new Phone(gate.url, { 'accept-language': lang })
    const { status, page } = await typeCode(phone, 'bcdf "ghjk"')
    assert.equal(status, 404)
    assert.ok(page.includes(sentence))
    assert.ok(page.includes('value="bcdf &quot;ghjk&quot;"'))
  }
  const asked = await new Phone(gate.url).post('/code', { user_code: 'BCDF-GHJK' })
  assert.equal(((await asked.json()) as { code: string }).code, 'user_code_unknown')
})

async function signUp(url: string, kiosk: Kiosk): Promise<void> {
  const phone = new Phone(url)
  const { id } = await phone.scan((await kiosk.start()).frame.url)
  assert.equal((await phone.signUp(id, 'hong', '홍길동', password)).status, 200)
}
