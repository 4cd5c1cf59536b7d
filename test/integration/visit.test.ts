import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { visitor } from '../support/visitor.ts'

/** Somebody has signed up and stands before the kiosk. */
async function visit(gate: Gate, account = 'hong') {
  const kiosk = new Kiosk(gate.url)
  const phone = new Phone(gate.url)
  const signIn = await kiosk.start()
  const { id } = await phone.scan(signIn.frame.url)
  const answer = await phone.signUp(id, account, '홍길동', visitor.password)
  assert.equal(answer.status, 200, await answer.text())
  await kiosk.claimed(signIn)
  const news = (since: number) => phone.get(`/s/${id}?since=${since}&wait=25`, 'application/json')
  const end = (body: object = {}) => kiosk.post(paths.end(id), signIn.kiosk_secret, body)
  return { kiosk, phone, signIn, id, news, end }
}

const body = async (answer: Response) => (await answer.json()) as Record<string, unknown>

attack(
  'whoever ends a visit, the other side is told directly',
  async gate => {
    const first = await visit(gate, 'hong')
    const waiting = first.news(3)
    assert.equal((await body(await first.end())).state, 'ended')
    assert.deepEqual(await body(await waiting), { state: 'ended', seq: 4, reason: 'kiosk' })

    for (const [route, reason] of [
      ['end', 'phone'],
      ['not-me', 'not_me'],
    ]) {
      const { kiosk, phone, signIn, id } = await visit(gate, `hong-${route}`)
      const socket = await kiosk.watch(signIn)
      await socket.state(id, 'claimed')
      assert.equal((await phone.post(`/s/${id}/${route}`, {})).status, 200)
      const ended = await socket.state(id, 'ended')
      assert.equal(ended.type === 'state' && ended.reason, reason)
    }
  },
  { withoutTimers: true },
)

attack('an end is told once and stays; what comes later changes nothing', async gate => {
  const { phone, id, end, kiosk, signIn } = await visit(gate)
  assert.equal((await body(await end({ reason: 'idle' }))).reason, 'idle')
  assert.equal((await body(await end())).reason, 'idle')
  assert.equal((await body(await phone.post(`/s/${id}/end`, {}))).reason, 'idle')
  assert.deepEqual(await body(await kiosk.claim(signIn)).then(({ code }) => code), 'already_ended')
  for (const reason of ['phone', 'not_me', 'revoked', 'absolute', 'left', 7, null]) {
    assert.equal((await end({ reason })).status, 400, `${reason}`)
  }
  // That it was somebody else can be said all the same, and then is known to have been.
  assert.match(await (await phone.get(`/s/${id}`)).text(), /form=not-me/)
  assert.match(await (await phone.get(`/s/${id}?form=not-me`)).text(), /\/not-me"/)
  assert.equal((await body(await phone.post(`/s/${id}/not-me`, {}))).reason, 'idle')
  assert.doesNotMatch(await (await phone.get(`/s/${id}`)).text(), /form=not-me/)
})

attack('a page that was closed has 15 s to come back, and then its visit is over', async gate => {
  gate.holdTime()
  const { kiosk, signIn, id, news } = await visit(gate)
  const leave = () => kiosk.post(paths.leave(id), signIn.kiosk_secret)
  assert.equal((await leave()).status, 204)
  gate.passTime(14_999)
  const back = await kiosk.view(signIn)
  assert.deepEqual([back.state, back.left], ['claimed', undefined])
  assert.ok((back.expires_in_ms ?? 0) > 500_000, 'it has all of its time again')

  assert.equal((await leave()).status, 204)
  // Whoever watches is told that the page is going, and the page itself would say that it is not.
  assert.equal((await body(await news(5))).state, 'claimed')
  gate.passTime(15_000)
  assert.deepEqual(await body(await news(99)), { state: 'ended', seq: 7, reason: 'left' })
  assert.equal((await kiosk.view(signIn)).reason, 'left')
})

attack(
  'a phone that goes away before it has signed in leaves the kiosk to the next',
  async gate => {
    gate.holdTime()
    const kiosk = new Kiosk(gate.url)
    const phone = new Phone(gate.url)
    const signIn = await kiosk.start()
    const { id } = await phone.scan(signIn.frame.url)
    const leave = (by = phone) => by.post(`/s/${id}/leave`, {})
    assert.equal((await leave(new Phone(gate.url))).status, 403)
    assert.equal((await leave()).status, 204)
    assert.equal((await kiosk.view(signIn)).left, 'phone')
    // It looks again, and has all of its time.
    assert.equal((await phone.state(id)).body.state, 'scanned')
    const view = await kiosk.view(signIn)
    assert.deepEqual([view.left, (view.expires_in_ms ?? 0) > 170_000], [undefined, true])
    await leave()
    gate.passTime(15_000)
    const over = await kiosk.view(signIn)
    assert.deepEqual([over.state, over.reason], ['expired', 'abandoned'])
  },
)
