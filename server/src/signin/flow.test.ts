import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import pino from 'pino'
import { createCore } from '../boot/core.ts'
import { readConfig } from '../config.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import type { Phone } from './flow.ts'

const phone: Phone = { key: 'k'.repeat(43), kind: 'iphone' }
const credentials = { id: 'hong', password: 'correct horse battery', address: '203.0.113.7' }
const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code

/** A core with the account `hong` and an enrolled kiosk whose sign-in a phone has scanned. */
async function scanned(t: TestContext) {
  let now = 1_800_000_000_000
  const config = readConfig(
    {
      PUBLIC_URL: 'http://127.0.0.1:8080',
      SECRET_KEY: 'a secret key that only this test uses and nobody else',
      DATABASE_URL: 'sqlite::memory:',
      QRGATE_DATA_DIR: '/nowhere',
    },
    'demo',
  )
  const core = await createCore(config, pino({ level: 'silent' }), () => now)
  t.after(() => core.close())
  const { accounts, flow, kiosks, store } = core
  await accounts.register({ ...credentials, name: '홍길동' })
  const { kiosk } = await kiosks.enrol({ ko: '접수', en: 'Desk' })
  const { id, frame } = flow.start(kiosk)
  const ticket = new URL(frame.url).pathname.split('/').at(-1) ?? ''
  const { receipt } = await flow.open(ticket, phone.key)
  await flow.scan(id, receipt ?? '', phone)
  const pass = (ms: number) => {
    now += ms
  }
  const revoke = async () => {
    await store.kiosks.revoke(kiosk.number, now)
    kiosks.forget(kiosk.number)
  }
  return { ...core, id, kiosk, receipt: receipt ?? '', pass, revoke }
}

test('S033 a kiosk that is switched off while a password is checked gets no approval', async t => {
  const { accounts, flow, store, revoke, id } = await scanned(t)
  const { authenticate } = accounts
  t.mock.method(accounts, 'authenticate', async (given: typeof credentials) => {
    const account = await authenticate(given)
    await revoke()
    return account
  })
  await assert.rejects(flow.signIn(id, phone.key, credentials), refusal('kiosk_revoked'))
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
})

test('S033 nor one that is switched off while an account is made', async t => {
  const { accounts, flow, store, revoke, id } = await scanned(t)
  const { register } = accounts
  t.mock.method(accounts, 'register', async (given: Parameters<typeof register>[0]) => {
    const account = await register(given)
    await revoke()
    return account
  })
  const newcomer = { ...credentials, id: 'kim', name: '' }
  await assert.rejects(flow.signUp(id, phone.key, newcomer), refusal('kiosk_revoked'))
  assert.equal((await store.signIns.read(id))?.state, 'scanned')
})

test('S033 with its kiosk an approval is over that nobody has claimed', async t => {
  const { flow, store, revoke, kiosk, id } = await scanned(t)
  await flow.signIn(id, phone.key, credentials)
  await revoke()
  await flow.cancelAllOf(kiosk.number)
  const signIn = await store.signIns.read(id)
  assert.deepEqual([signIn?.state, signIn?.reason], ['cancelled', 'revoked'])
})

test('a late receipt is answered by how the sign-in stands by now', async t => {
  const { flow, pass, revoke, receipt, id } = await scanned(t)
  pass(200_000)
  assert.equal((await flow.scan(id, receipt, phone)).state, 'expired')
  const other = { ...phone, key: 'o'.repeat(43) }
  await assert.rejects(flow.scan(id, receipt, other), refusal('receipt_wrong'))
  await revoke()
  await assert.rejects(flow.scan(id, receipt, phone), refusal('kiosk_revoked'))
})
