import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { axe, settled, signUp, stands, visitor } from '../support/browser.ts'
import { stored } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { service } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { startServedKiosk } from '../support/served-kiosk.ts'
import { traces } from '../support/traces.ts'

const both = (ko: string, en: string) => ({ ko, en })
const several = [
  service('exam', { name: both('진료 접수', 'See a doctor') }),
  service('pay', { name: both('수납', 'Pay'), icon: 'pay' }),
  service('paper', { name: both('제증명', 'Papers'), closed: both('점심시간입니다', 'Lunch') }),
]
/** Whatever is known of the visitor and of the number. */
const ofVisit = new RegExp(`${visitor.name}|${visitor.account}|홍\\*동|kiosk_secret|A-\\d|A, \\d`)

const said = (kiosk: Page) => kiosk.locator('main').innerText()

const clean = async (kiosk: Page) => {
  await settled(kiosk)
  assert.deepEqual(await axe(kiosk), [])
}

/** How often somebody was called. */
const calls = ({ dataDir }: Gate) =>
  (stored(dataDir).log as { event: string }[]).filter(({ event }) => event === 'staff.called')
    .length

/** The same with the largest text; then as before. */
const cleanEnlarged = async (kiosk: Page) => {
  const enlarge = kiosk.locator('footer .enlarge')
  await enlarge.click()
  await enlarge.click()
  await clean(kiosk)
  await enlarge.click()
}

const choose = (kiosk: Page, name: string) =>
  kiosk.locator('button.tile').filter({ hasText: name }).click()

const finish = async (kiosk: Page) => {
  await kiosk.getByRole('button', { name: '끝내기' }).click()
  await stands(kiosk, 'idle')
  assert.doesNotMatch(await traces(kiosk), ofVisit)
}

test('of several services the visitor chooses one, and the number comes to the screen', async t => {
  const { page: kiosk, visit, receiver } = await startServedKiosk(t, { services: several })
  await visit()
  await stands(kiosk, 'services')
  assert.match(await said(kiosk), /홍\*동 님, 반갑습니다.*무엇을 도와드릴까요\?/s)
  assert.match(await said(kiosk), /60초 동안 누르지 않으면 자동으로 끝납니다/)
  assert.deepEqual(await kiosk.locator('button.tile .name').allInnerTexts(), ['진료 접수', '수납'])
  assert.match(await kiosk.locator('.tile.closed').innerText(), /제증명\s+점심시간입니다/)
  await clean(kiosk)
  await cleanEnlarged(kiosk)

  await kiosk.reload()
  await stands(kiosk, 'services')
  // An answer that is lost on its way back is asked for again.
  let asked = 0
  await kiosk.route('**/service', async route => {
    asked += 1
    if (asked > 1) return route.fallback()
    await route.fetch()
    return route.abort()
  })
  await choose(kiosk, '수납')
  await stands(kiosk, 'ticket')
  assert.match(await said(kiosk), /홍\*동 님,\s접수되었습니다/)
  assert.match(await said(kiosk), /대기번호\s+A-1\s/)
  assert.match(await said(kiosk), /내과 2진료실.*앞에\s+3명.*예상\s+12분/s)
  assert.match(await said(kiosk), /번호표는 휴대폰에도 있습니다/)
  const spoken = await kiosk.locator('main [role=status]').first().innerText()
  assert.match(spoken, /대기번호 A, 1\./)
  await clean(kiosk)
  await cleanEnlarged(kiosk)
  await until('the gate is asked again', () => asked === 2)
  assert.deepEqual(
    receiver.of('hand_off.requested').map(({ data }) => [data.service, data.language]),
    [['pay', 'ko']],
  )

  await kiosk.reload()
  await stands(kiosk, 'ticket')
  assert.match(await said(kiosk), /A-1\s/)
  await finish(kiosk)
})

test('a single service is asked for by signing in, in the language of the screen', async t => {
  const { page: kiosk, scan, receiver } = await startServedKiosk(t)
  const phone = await scan()
  await kiosk.getByRole('button', { name: 'English' }).click()
  await signUp(phone)
  await stands(kiosk, 'ticket')
  assert.match(await said(kiosk), /you are checked in.*Your number\s+A-1.*Room 2/s)
  assert.equal(receiver.of('hand_off.requested').at(0)?.data.language, 'en')

  // Twenty seconds for a number that nobody looks at any more.
  await kiosk.clock.fastForward(21_000)
  await stands(kiosk, 'idle')
  assert.doesNotMatch(await traces(kiosk), ofVisit)
})

test('a client that refuses is quoted, and something else may be chosen', async t => {
  const { page: kiosk, visit, receiver } = await startServedKiosk(t, { services: several })
  receiver.answer = (received, response) => {
    if (received.data.service !== 'pay') return receiver.accept(received, response)
    const text = both('내실 돈이 없습니다', 'Nothing to pay')
    response.end(JSON.stringify({ status: 'refused', text }))
  }
  await visit()
  await stands(kiosk, 'services')
  await choose(kiosk, '수납')
  await stands(kiosk, 'staff')
  assert.match(await said(kiosk), /접수되지\s않았습니다.*내실 돈이 없습니다/s)
  await clean(kiosk)
  await kiosk.getByRole('button', { name: '다른 업무 선택하기' }).click()
  await stands(kiosk, 'services')
  await choose(kiosk, '진료 접수')
  await stands(kiosk, 'ticket')
  await finish(kiosk)
})

test('a client that takes its time: staff help after eight seconds, and a late number still comes', async t => {
  const { page: kiosk, visit, receiver } = await startServedKiosk(t, { services: several })
  const waiting: ServerResponse[] = []
  receiver.answer = (_, response) => waiting.push(response)
  await visit()
  await stands(kiosk, 'services')
  await choose(kiosk, '진료 접수')
  await stands(kiosk, 'waiting')
  assert.match(await said(kiosk), /진료 접수\s+접수하고\s있습니다/)
  await until('the client is asked', () => waiting.length > 0)
  await clean(kiosk)
  await kiosk.reload()
  await stands(kiosk, 'waiting')
  await kiosk.clock.fastForward(8_000)
  await stands(kiosk, 'staff')
  assert.match(await said(kiosk), /직원이\s확인해 드립니다.*번호는 휴대폰으로 옵니다/s)
  assert.equal(await kiosk.getByRole('button', { name: '다른 업무 선택하기' }).count(), 0)
  await clean(kiosk)

  receiver.answer = (received, response) => receiver.accept(received, response)
  for (const response of waiting) {
    const [asked] = receiver.of('hand_off.requested')
    if (asked) receiver.accept(asked, response)
  }
  await stands(kiosk, 'ticket')
  assert.match(await said(kiosk), /A-1\s/)
  await finish(kiosk)
})

test('who walks away from a choice is taken for gone after a minute, counted at its end', async t => {
  const { page: kiosk, visit } = await startServedKiosk(t, { services: several })
  await visit()
  await stands(kiosk, 'services')
  await kiosk.clock.fastForward(46_000)
  await until('the last seconds are counted', async () => /초 뒤 첫 화면/.test(await said(kiosk)))
  assert.equal(await kiosk.locator('footer .ring').isVisible(), true)
  await kiosk.clock.fastForward(15_000)
  await stands(kiosk, 'idle')
  assert.doesNotMatch(await traces(kiosk), ofVisit)
})

test('a visitor calls for staff, once a minute, where somebody hears of it', async t => {
  const { page: kiosk, gate } = await startServedKiosk(t, { staffCalls: true })
  await kiosk.getByRole('button', { name: '도움 요청' }).click()
  await clean(kiosk)
  const call = kiosk.getByRole('button', { name: '직원 부르기' })
  await call.click()
  await kiosk.getByText('직원을 불렀습니다. 곧 이곳으로 옵니다.').waitFor()
  assert.equal(await call.count(), 0)
  await clean(kiosk)
  assert.equal(calls(gate), 1)

  await kiosk.getByRole('button', { name: '닫기' }).click()
  await kiosk.getByRole('button', { name: '도움 요청' }).click()
  await call.click()
  await kiosk.getByText('조금 전에 직원을 불렀습니다.').waitFor()
  assert.equal(calls(gate), 1)
})

test('where nobody would hear of a call, none is offered', async t => {
  const { page: kiosk } = await startServedKiosk(t)
  await kiosk.getByRole('button', { name: '도움말' }).click()
  await kiosk.locator('dialog[open]').waitFor()
  assert.equal(await kiosk.getByRole('button', { name: '직원 부르기' }).count(), 0)
})
