import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/** The phone key that an answer gives, and for how many seconds; undefined where it gives none. */
function givenKey(answer: Response) {
  const cookie = answer.headers.getSetCookie().find(line => line.startsWith('qrgate-phone='))
  const [, key, life] = /^qrgate-phone=([\w-]{43}); Max-Age=(\d+);/.exec(cookie ?? '') ?? []
  return cookie === undefined ? undefined : { key, life: Number(life) }
}

const day = 24 * 3600

test('N21: a phone key is good for a day from each scan and each page of an open sign-in', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const phone = new Phone(gate.url)
  const first = givenKey(await phone.get('/code'))
  assert.ok(first)
  const again = { key: first.key, life: day }

  for (const _ of ['today', 'tomorrow']) {
    const { frame, id } = await new Kiosk(gate.url).start()
    const path = new URL(frame.url).pathname
    const opened = await phone.get(path)
    assert.deepEqual(givenKey(opened), again, 'what a QR leads to')
    const receipt = /name="receipt" value="([^"]+)"/.exec(await opened.text())?.[1] ?? ''
    assert.deepEqual(givenKey(await phone.post(`/s/${id}/scan`, { receipt })), again, 'the scan')
    assert.deepEqual(givenKey(await phone.get(path)), again, 'the QR once more')
    assert.deepEqual(givenKey(await phone.get(`/s/${id}`)), again, 'the page')
    assert.deepEqual(givenKey(await phone.get(`/s/${id}?form=sign-up`)), again, 'another form')
    const wrong = { account: visitor.id, password: 'not the password' }
    const refused = await phone.post(`/s/${id}/sign-in`, wrong, 'text/html')
    assert.deepEqual(givenKey(refused), again, 'the form with what is wrong')

    await phone.deny(id)
    assert.equal(givenKey(await phone.get(`/s/${id}`)), undefined, 'a sign-in that is over')
    assert.equal(givenKey(await phone.get(`/s/${id}`, 'application/json')), undefined, 'a poll')
  }
})

test('N21: nobody is given the key of another phone, nor keeps a broken one', async t => {
  const gate = await startGate(t)
  const { frame } = await new Kiosk(gate.url).start()
  const path = new URL(frame.url).pathname
  const broken = new Phone(gate.url, {}, ['qrgate-phone=x; Path=/'])
  const keys = await Promise.all(
    [new Phone(gate.url), new Phone(gate.url), broken].map(async phone => {
      return givenKey(await phone.get(path))?.key
    }),
  )
  assert.equal(new Set(keys).size, 3)
  assert.ok(keys.every(key => key?.length === 43))
})
