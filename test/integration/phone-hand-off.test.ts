import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { HandOffChange, HandOffView } from '@qrgate/sdk/protocol'
import { eventsOf, openDatabase } from '../support/database.ts'
import {
  choose,
  handOffOf,
  service,
  startServed,
  type Visiting,
  visitAt,
} from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'

const hour = 3_600_000
const closed = { ko: '오늘은 마감입니다', en: 'We are full today' }

interface State {
  state: string
  seq: number
  hand_off: HandOffView
}

/** A visit whose number has come. */
async function visitWithNumber(t: TestContext, settings = {}) {
  const served = await startServed(t, {}, settings)
  const visiting = await visitAt(served.gate, served.kiosk)
  const { signIn } = visiting
  const handOff = await handOffOf(served.kiosk, signIn, ({ state }) => state === 'accepted')
  const say = async (change: HandOffChange) => {
    const { status } = await served.patch(handOff.id, change)
    assert.equal(status, 200)
  }
  return { ...served, ...visiting, handOff, say, page: pageOf(visiting) }
}

/** The phone's page as a browser without script shows it. */
function pageOf({ phone, signIn }: Pick<Visiting, 'phone' | 'signIn'>) {
  return async (query = ''): Promise<{ text: string; ways: string[]; html: string }> => {
    const answer = await phone.get(`/s/${signIn.id}${query}`)
    assert.equal(answer.status, 200)
    const html = await answer.text()
    const main = /<main>(.*)<\/main>/s.exec(html)?.[1] ?? ''
    const text = main.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
    return { text: text.trim(), ways: main.match(/(?<=action="|href=")[^"]+/g) ?? [], html }
  }
}

async function stateOf({ phone, signIn }: Pick<Visiting, 'phone' | 'signIn'>, query = '') {
  const answer = await phone.get(`/s/${signIn.id}${query}`, 'application/json')
  return (await answer.json()) as State
}

test('the page shows each state of what was asked for, by plain HTTP', async t => {
  const { gate, kiosk, receiver, patch } = await startServed(t)
  const answerIt = receiver.hold()
  const { signIn, phone } = await visitAt(gate, kiosk)
  const page = pageOf({ phone, signIn })
  const path = `/s/${signIn.id}`
  const asked = await page()
  assert.match(asked.text, /^접수하고 있습니다… /)
  assert.match(asked.html, /<noscript><meta http-equiv="refresh" content="3"><\/noscript>/)
  await answerIt()
  const { id } = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')

  const accepted = await page()
  assert.match(accepted.text, /^대기번호 A-1 A, 1 앞에 3명 · 예상 12분 장소 내과 2진료실 /)
  assert.match(accepted.html, /<meta http-equiv="refresh" content="15">/)
  assert.deepEqual(accepted.ways, [`${path}/end`, `${path}?form=cancel`, `${path}?form=not-me`])

  await patch(id, { ahead: 1, wait_minutes: 0, now: 'A-0', lines: [closed] })
  assert.match((await page()).text, /앞에 1명 장소 내과 2진료실 지금 A-0 오늘은 마감입니다/)

  const english = await page('?lang=en')
  assert.match(
    english.text,
    /^Your number A-1 A, 1 1 person ahead Place Room 2 Now A-0 We are full/,
  )
  assert.match((await page()).text, /^Your number/, 'the choice is remembered')
  await page('?lang=ko')

  await patch(id, { status: 'called' })
  const called = await page()
  assert.match(called.text, /^지금 들어오세요 A-1 A, 1 내과 2진료실 오늘은 마감입니다 가고 있어요/)
  const leaving = [`${path}?form=cancel`, `${path}/end`, `${path}?form=not-me`]
  assert.deepEqual(called.ways, [`${path}/coming`, ...leaving])
  for (const _ of ['once', 'again']) {
    const sent = await phone.post(`${path}/coming`, {}, 'text/html')
    assert.deepEqual([sent.status, sent.headers.get('location')], [303, path])
  }
  const told = await page()
  assert.match(told.text, /가고 있다고 알렸습니다/)
  assert.deepEqual(told.ways, leaving)

  // Called once more: the visitor may say so once more.
  await patch(id, { status: 'accepted' })
  await patch(id, { status: 'called' })
  assert.ok((await page()).ways.includes(`${path}/coming`))

  await patch(id, { status: 'done' })
  assert.match(
    (await page()).text,
    /^모두 끝났습니다 이 페이지는 닫아도 됩니다\. 이 키오스크에서 끝내기/,
  )
  for (const late of ['coming', 'cancel-hand-off']) {
    const sent = await phone.post(`${path}/${late}`, {}, 'text/html')
    assert.deepEqual([sent.status, sent.headers.get('location')], [303, path], 'the page says so')
    assert.equal((await phone.post(`${path}/${late}`, {})).status, 409)
  }
  assert.doesNotMatch((await page('?form=cancel')).text, /취소할까요/)
})

test('passed on to the next desk, the visitor waits again with the same number', async t => {
  const { kiosk, signIn, phone, say, page, handOff, patch } = await visitWithNumber(t)
  const ticketOf = async () => (await kiosk.view(signIn)).hand_off?.ticket
  await say({ now: 'A-0', status: 'called' })
  const { ahead: _, wait_minutes: __, ...place } = handOff.ticket ?? {}
  assert.deepEqual(await ticketOf(), { ...place, now: 'A-0' }, 'nobody comes before them')
  assert.match((await page()).text, /^지금 들어오세요 A-1 A, 1 내과 2진료실/)
  await phone.post(`/s/${signIn.id}/coming`, {}, 'text/html')

  const title = { ko: '수납', en: 'Pay' }
  const desk = { name: { ko: '1번 창구', en: 'Desk 1' } }
  await say({ status: 'accepted', title, place: desk, ahead: 2, now: null })
  assert.deepEqual(await ticketOf(), { number: 'A-1', title, place: desk, ahead: 2 })
  const waiting = await page()
  assert.match(waiting.text, /^수납 대기번호 A-1 A, 1 앞에 2명 장소 1번 창구 차례가 되면/)
  assert.doesNotMatch(waiting.text, /예상|지금|가고/)

  await say({ status: 'called', place: null })
  const called = await page()
  assert.match(called.text, /^지금 들어오세요 수납 A-1 A, 1 가고 있어요/)
  const calledAt = /data-called-at="(\d+)"/
  const before = calledAt.exec(called.html)?.[1]
  assert.ok(before)

  // Called once more in one list, so that no page need see what is between: the phone still knows.
  assert.equal((await patch(handOff.id, { status: 'accepted' })).status, 200)
  await say({ status: 'called' })
  assert.notEqual(calledAt.exec((await page()).html)?.[1], before)
})

test('refused, not come, given up by the client: the page says so in words', async t => {
  const services = [service('exam'), service('pay', { icon: 'pay' })]
  const { gate, kiosk, patch } = await startServed(t, { services })
  const { signIn, phone } = await visitAt(gate, kiosk)
  const page = pageOf({ phone, signIn })
  assert.match((await page()).text, /^키오스크에 로그인되었습니다/, 'nothing is chosen yet')
  await choose(kiosk, signIn, 'exam')
  const { id } = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  await patch(id, { status: 'refused', text: closed })
  const refused = await page()
  assert.match(refused.text, /^접수되지 않았습니다 오늘은 마감입니다 이 키오스크에서 끝내기/)
  assert.ok(!refused.ways.some(way => way.endsWith('form=cancel')))

  const { body } = await choose(kiosk, signIn, 'pay')
  const second = body.hand_off?.id ?? ''
  await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  assert.match((await page()).text, /^대기번호 A-2/)
  await patch(second, { status: 'no_show' })
  assert.match((await page()).text, /^차례가 지났습니다/)

  await choose(kiosk, signIn, 'exam')
  const third = await handOffOf(kiosk, signIn, ({ state }) => state === 'accepted')
  await patch(third.id, { status: 'cancelled' })
  assert.match((await page()).text, /^접수가 취소되었습니다 직원이 취소했습니다/)
})

test('who gets no number in time is told to stay, and a late one still comes', async t => {
  const { gate, kiosk, receiver, patch } = await startServed(t)
  receiver.answer = ({ type }, response) =>
    response.writeHead(type === 'hand_off.requested' ? 503 : 204).end()
  const { signIn, phone, claim } = await visitAt(gate, kiosk)
  const page = pageOf({ phone, signIn })
  gate.passTime(hour / 5)
  await until('it has failed', async () => /^직원이 확인해 드립니다/.test((await page()).text))
  await patch(claim.hand_off?.id ?? '', { status: 'accepted', number: 'B-7' })
  assert.match((await page()).text, /^대기번호 B-7 B, 7 /)
})

test('"not today" asks once, then cancels for kiosk, client and phone', async t => {
  const { gate, kiosk, signIn, phone, handOff, page } = await visitWithNumber(t)
  const path = `/s/${signIn.id}`
  const ask = await page('?form=cancel')
  assert.match(ask.text, /^접수를 취소할까요\?/)
  assert.deepEqual(ask.ways, [`${path}/cancel-hand-off`, path])
  assert.doesNotMatch(ask.html, /http-equiv="refresh"/, 'nobody is taken away from a question')
  assert.equal((await kiosk.view(signIn)).hand_off?.state, 'accepted')
  const sent = await phone.post(`${path}/cancel-hand-off`, {}, 'text/html')
  assert.deepEqual([sent.status, sent.headers.get('location')], [303, path])
  assert.match((await page()).text, /^접수를 취소했습니다 ‘오늘은 못 갑니다’를 눌렀습니다/)
  const { state, reason } = (await kiosk.view(signIn)).hand_off ?? {}
  assert.deepEqual([state, reason], ['cancelled', 'phone'])
  assert.equal(eventsOf(gate.dataDir, handOff.id).at(-1), 'hand_off.cancelled')
})

test('a poll that waits is answered by each change of the number, also after the visit', async t => {
  // Timers stand still: a poll is answered by what happens and by nothing else.
  t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] })
  const { gate, signIn, phone, say } = await visitWithNumber(t)
  const change = async (what: string, happen: () => Promise<unknown>) => {
    const { seq, hand_off: seen } = await stateOf({ phone, signIn })
    const looked = t.mock.method(gate.app.store.handOffs, 'read').mock
    let answered = false
    const query = `?since=${seq}&hand_off_since=${seen.seq}&wait=25`
    const waiting = stateOf({ phone, signIn }, query).finally(() => {
      answered = true
    })
    // It looks at the hand-off once at the door and once more to wait for it.
    await until('the gate has looked it up', () => looked.callCount() > 1, 1)
    await fetch(`${gate.url}/healthz`)
    assert.equal(answered, false, what)
    looked.restore()
    await happen()
    return waiting
  }
  const nearer = await change('ahead', () => say({ ahead: 2 }))
  assert.equal(nearer.hand_off.ticket?.ahead, 2)
  const ended = await change('end', () => phone.post(`/s/${signIn.id}/end`, {}))
  assert.equal(ended.state, 'ended')
  const called = await change('called', () => say({ status: 'called' }))
  assert.deepEqual([called.state, called.hand_off.state], ['ended', 'called'])
  const done = await change('done', () => say({ status: 'done' }))
  assert.equal(done.hand_off.state, 'done')
  const { seq, hand_off: over } = done
  const query = `?since=${seq}&hand_off_since=${over.seq}&wait=25`
  assert.deepEqual(await stateOf({ phone, signIn }, query), done, 'nothing follows')
})

test('the number outlives the visit by two hours; "not me" still cancels and reports it', async t => {
  const { gate, kiosk, signIn, phone, handOff, say, page } = await visitWithNumber(t)
  const path = `/s/${signIn.id}`
  await phone.post(`${path}/end`, {})
  gate.passTime(2 * hour)

  const stays = await page()
  assert.match(stays.text, /^대기번호 A-1 .*키오스크 이용은 끝났습니다\. 접수는 그대로입니다\./)
  assert.deepEqual(stays.ways, [`${path}?form=cancel`, `${path}?form=not-me`])
  await say({ status: 'called' })
  assert.match((await page()).text, /^지금 들어오세요/)

  const stranger = new Phone(gate.url)
  await stranger.get('/code')
  for (const way of ['cancel-hand-off', 'coming', 'not-me', 'end']) {
    assert.equal((await stranger.post(`${path}/${way}`, {})).status, 403, way)
  }
  assert.equal((await stranger.get(path)).status, 403)
  assert.equal((await stranger.get(`${path}?wait=25`, 'application/json')).status, 403)

  const ask = await page('?form=not-me')
  assert.match(ask.text, /^다른 사람이 로그인했나요\? .*받은 번호는 취소됩니다\./)
  assert.deepEqual(ask.ways, [`${path}/not-me`, path])
  await phone.post(`${path}/not-me`, {}, 'text/html')
  assert.match((await page()).text, /^알려 주셔서 고맙습니다 받은 번호를 취소했습니다\./)
  const { state, reason } = (await kiosk.view(signIn)).hand_off ?? {}
  assert.deepEqual([state, reason], ['cancelled', 'not_me'])
  assert.equal(eventsOf(gate.dataDir, signIn.id).at(-1), 'report.not_me')

  // Nothing follows any more: both rows go, and the page with them.
  gate.passTime(13 * hour)
  await until('both are purged', () => {
    const { dataDir } = gate
    return !isStored(dataDir, 'sign_ins', signIn.id) && !isStored(dataDir, 'hand_offs', handOff.id)
  })
  assert.equal((await phone.get(path)).status, 403)
})

test('N21: the page of a number renews the phone key for as long as the number lives', async t => {
  const { gate, signIn, phone, say } = await visitWithNumber(t)
  const path = `/s/${signIn.id}`
  const renewed = async () => {
    const lines = (await phone.get(path)).headers.getSetCookie()
    return lines.some(line => /^qrgate-phone=[\w-]{43}; Max-Age=86400;/.test(line))
  }
  await phone.post(`${path}/end`, {})
  assert.ok(await renewed(), 'after the visit')
  gate.passTime(11 * hour)
  assert.ok(await renewed(), 'eleven hours later')
  await say({ status: 'done' })
  assert.ok(!(await renewed()), 'nothing follows')
})

function isStored(dataDir: string, table: 'sign_ins' | 'hand_offs', id: string): boolean {
  const database = openDatabase(dataDir)
  try {
    return database.prepare(`SELECT 1 FROM ${table} WHERE id = ?`).get(id) !== undefined
  } finally {
    database.close()
  }
}

test('"not me" says of no number that it was cancelled where it had come to its end before', async t => {
  const { phone, signIn, say, page } = await visitWithNumber(t)
  await say({ status: 'done' })
  assert.equal((await phone.post(`/s/${signIn.id}/not-me`, {})).status, 200)
  const { text } = await page()
  assert.doesNotMatch(text, /취소/)
})
