import assert from 'node:assert/strict'
import { test } from 'node:test'
import { eventsOf } from '../support/database.ts'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

test('a visitor signs up on the phone and the kiosk learns the masked name', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)

  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const pending = await socket.state(signIn.id, 'pending')
  const { id, answer } = await phone.scan(signIn.frame.url)
  assert.equal(answer.status, 200)
  assert.equal(id, signIn.id)
  const scanned = await socket.state(id, 'scanned')
  const signedUp = await phone.signUp(id, 'hong', '홍길동', password)
  assert.deepEqual(await signedUp.json(), { state: 'approved', seq: 2 })
  await socket.state(id, 'approved')

  const claimed = await kiosk.claimed(signIn)
  assert.equal(claimed.account.name, '홍*동')
  assert.deepEqual(claimed.amr, ['pwd'])
  assert.deepEqual(await kiosk.claimed(signIn), claimed)
  assert.deepEqual((await phone.state(id)).body, { state: 'claimed', seq: 3 })

  assert.equal(pending.type === 'state' && pending.seq, 0)
  assert.equal(scanned.type === 'state' && scanned.phone, 'android')
  assert.deepEqual(eventsOf(gate.dataDir, id), [
    'sign_in.scanned',
    'sign_in.approved',
    'sign_in.claimed',
  ])
})

test('the subject of an account is stable and differs between accounts', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const signInAs = async (account: string, register: boolean) => {
    const phone = new Phone(gate.url)
    const signIn = await kiosk.start()
    const { id } = await phone.scan(signIn.frame.url)
    const answer = register
      ? await phone.signUp(id, account, '', password)
      : await phone.signIn(id, account, password)
    assert.equal(answer.status, 200)
    return (await kiosk.claimed(signIn)).account
  }
  const first = await signInAs('user_example', true)
  const again = await signInAs('user_example', false)
  const other = await signInAs('somebody_else', true)
  assert.deepEqual(first, again)
  assert.equal(first.name, 'us***le')
  assert.deepEqual(Object.keys(other), ['name'], 'a kiosk gets nothing that tells people apart')
})

test('the visitor denies and nobody can approve any more', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const { id } = await phone.scan(signIn.frame.url)
  assert.deepEqual(await (await phone.deny(id)).json(), { state: 'denied', seq: 2 })
  assert.deepEqual(await (await phone.deny(id)).json(), { state: 'denied', seq: 2 })
  await socket.state(id, 'denied')
  const late = await phone.signUp(id, 'hong', '', password)
  assert.equal(late.status, 409)
  assert.equal((await kiosk.claim(signIn)).status, 409)
})

test('the kiosk cancels a pending and a scanned sign-in, and says why', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const pending = await kiosk.start()
  assert.equal((await kiosk.cancel(pending)).status, 200)
  const late = await new Phone(gate.url).open(pending.frame.url)
  assert.equal(late.status, 410)

  const phone = new Phone(gate.url)
  const scanned = await kiosk.start()
  const { id } = await phone.scan(scanned.frame.url)
  const view = (await (await kiosk.cancel(scanned, 'not_my_phone')).json()) as object
  assert.deepEqual(
    { ...view, seq: 0 },
    {
      id,
      seq: 0,
      state: 'cancelled',
      reason: 'not_my_phone',
      phone: 'android',
    },
  )
  assert.deepEqual((await phone.state(id)).body, {
    state: 'cancelled',
    seq: 2,
    reason: 'not_my_phone',
  })
})

test('every stage expires, is told so, and stays expired', async t => {
  const gate = await startGate(t)
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)

  const unscanned = await kiosk.start()
  const abandoned = await kiosk.start()
  const unclaimed = await kiosk.start()
  const slow = new Phone(gate.url)
  await slow.scan(abandoned.frame.url)
  const phone = new Phone(gate.url)
  await phone.scan(unclaimed.frame.url)
  await phone.signUp(unclaimed.id, 'hong', '', password)

  gate.passTime(120_000)
  assert.equal((await kiosk.view(unclaimed)).reason, 'unclaimed')
  assert.equal((await kiosk.claim(unclaimed)).status, 410)
  gate.passTime(60_000)
  assert.equal((await kiosk.view(abandoned)).reason, 'abandoned')
  assert.equal((await slow.signIn(abandoned.id, 'hong', password)).status, 410)
  gate.passTime(120_000)
  assert.equal((await kiosk.view(unscanned)).reason, 'unscanned')
  assert.equal((await new Phone(gate.url).open(unscanned.frame.url)).status, 410)
})

test('a claim is repeatable for a while and then refused for ever', async t => {
  const gate = await startGate(t)
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  assert.equal((await kiosk.claim(signIn)).status, 409)
  await phone.signUp(signIn.id, 'hong', '', password)
  const claimed = await kiosk.claimed(signIn)
  gate.passTime(119_000)
  assert.deepEqual(await kiosk.claimed(signIn), claimed)
  gate.passTime(2_000)
  assert.equal((await kiosk.claim(signIn)).status, 409)
})

test('the phone page works without script for id and password', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { id, receipt } = await phone.open(signIn.frame.url)

  const toSignUp = await phone.post(`/s/${id}/scan`, { receipt, next: 'sign-up' }, 'text/html')
  assert.equal(toSignUp.status, 303)
  const form = await (await phone.get(toSignUp.headers.get('location') ?? '')).text()
  assert.match(form, /autocomplete="new-password"/)
  const fields = { account: 'hong', name: '홍길동', password: 'short' }
  const refused = await phone.post(`/s/${id}/sign-up`, fields, 'text/html')
  assert.equal(refused.status, 422)
  assert.match(await refused.text(), /value="hong"/)
  const done = await phone.post(`/s/${id}/sign-up`, { ...fields, password }, 'text/html')
  assert.equal(done.status, 303)
  assert.equal(done.headers.get('location'), `/s/${id}`)
  assert.equal((await kiosk.claimed(signIn)).account.name, '홍*동')

  const second = await kiosk.start()
  const other = new Phone(gate.url)
  const opened = await other.open(second.frame.url)
  const wrong = { account: 'hong', password: 'wrong password', receipt: opened.receipt }
  assert.equal((await other.post(`/s/${second.id}/sign-in`, wrong, 'text/html')).status, 401)
  assert.equal((await kiosk.view(second)).state, 'scanned')
  const right = { ...wrong, password }
  assert.equal((await other.post(`/s/${second.id}/sign-in`, right, 'text/html')).status, 303)
  assert.equal((await kiosk.view(second)).state, 'approved')
})
