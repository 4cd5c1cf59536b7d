import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Authenticator } from '../support/authenticator.ts'
import { Kiosk } from '../support/kiosk.ts'
import { startLocal, toMake, toUse } from '../support/passkey-page.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

test('N05 S046: while guesses have closed a password, its owner gets in by a passkey and by one tap', async t => {
  const { url } = await startLocal(t, {
    QRGATE_TRUSTED_PROXIES: '127.0.0.1',
    QRGATE_FAILURES_PER_ACCOUNT_DAY: '10',
  })
  const from = (address: string) => {
    const headers = { 'x-forwarded-for': address }
    return { phone: new Phone(url, headers), kiosk: new Kiosk(url, undefined, headers) }
  }
  const scanned = async ({ phone, kiosk }: ReturnType<typeof from>) => {
    const signIn = await kiosk.start()
    await phone.scan(signIn.frame.url)
    return signIn
  }
  const codeOf = async (answer: Response) => {
    const body = (await answer.json()) as { code?: string; state?: string }
    return body.code ?? body.state
  }

  const owner = from('203.0.113.1')
  const { id } = await scanned(owner)
  const fields = { account: 'hong', name: '홍길동', password, remember: 'on' }
  assert.equal(await codeOf(await owner.phone.post(`/s/${id}/sign-up`, fields)), 'approved')
  const authenticator = new Authenticator()
  const made = toMake(await (await owner.phone.get(`/s/${id}`)).text(), { url }) ?? assert.fail()
  const credential = authenticator.create(made)
  assert.equal((await owner.phone.post(`/s/${id}/passkeys`, { credential })).status, 200)

  // Strangers guess until their share of the day is gone; then the right password helps nobody new.
  const right = async (n: number, typed: string) => {
    const stranger = from(`198.51.100.${n}`)
    const signIn = await scanned(stranger)
    return codeOf(await stranger.phone.signIn(signIn.id, 'hong', typed))
  }
  for (let n = 1; n <= 20; n += 1) await right(n, `guess no. ${n}`)
  assert.equal(await right(99, password), 'too_many_tries')

  for (const address of ['203.0.113.1', '192.0.2.77']) {
    const headers = { 'x-forwarded-for': address }
    const phone = new Phone(url, headers, owner.phone.cookies.split('; '))
    const tap = await scanned({ phone, kiosk: owner.kiosk })
    assert.equal(await codeOf(await phone.approve(tap.id)), 'approved', address)

    const touch = await scanned({ phone, kiosk: owner.kiosk })
    const page = await (await phone.get(`/s/${touch.id}?form=sign-in`)).text()
    const assertion = authenticator.get(toUse(page, { url }))
    const answer = await phone.post(`/s/${touch.id}/passkey`, { credential: assertion })
    assert.equal(await codeOf(answer), 'approved', address)
  }
  assert.equal(await right(100, password), 'too_many_tries')
})
