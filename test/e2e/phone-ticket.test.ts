import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { HandOffChange } from '@qrgate/sdk/protocol'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import {
  axe,
  axeWithoutColours,
  phoneSize,
  settled,
  signUp,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { type ClientOptions, handOffOf, startServed } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'

/** What a page keeps for its test: gone with the page, so that a reload is seen. */
interface Kept {
  /** Vibrations, in milliseconds on and off. */
  vibrations: number[][]
  /** Tones, in Hz. */
  tones: number[]
  /** What the page's security policy stopped. */
  stopped: string[]
  isFirst?: boolean
}

/** A phone's page on which somebody has signed in at a kiosk, asking for its only service. */
async function visit(
  t: TestContext,
  options: BrowserContextOptions = {},
  client: ClientOptions = {},
  before: (served: Awaited<ReturnType<typeof startServed>>) => void = () => {},
) {
  const served = await startServed(t, client)
  before(served)
  const browser = await startBrowser(t)
  const page = await phoneOf(browser, options)
  const signIn = await served.kiosk.start()
  await page.goto(await served.kiosk.frame(signIn))
  if (options.javaScriptEnabled === false) await page.getByRole('button', { name: '계속' }).click()
  await signUp(page, visitor)
  await page.getByRole('heading', { name: '키오스크 화면을 봐 주세요' }).waitFor()
  const { hand_off } = await served.kiosk.claimed(signIn)
  const id = hand_off?.id ?? ''
  const say = async (change: HandOffChange) => {
    const { status, body } = await served.patch(id, change)
    assert.equal(status, 200, JSON.stringify(body))
  }
  const numbered = () => handOffOf(served.kiosk, signIn, ({ state }) => state === 'accepted')
  return { ...served, browser, page, signIn, say, numbered }
}

async function phoneOf(browser: Browser, options: BrowserContextOptions): Promise<Page> {
  const context = await browser.newContext({ viewport: phoneSize, locale: 'ko', ...options })
  await context.addInitScript(() => {
    const kept: Kept = { vibrations: [], tones: [], stopped: [] }
    document.addEventListener('securitypolicyviolation', event => {
      kept.stopped.push(`${event.violatedDirective} ${event.sample}`)
    })
    class Tone extends OscillatorNode {
      override start(when?: number): void {
        kept.tones.push(this.frequency.value)
        super.start(when)
      }
    }
    AudioContext.prototype.createOscillator = function () {
      return new Tone(this)
    }
    navigator.vibrate = pattern => {
      kept.vibrations.push([pattern].flat() as number[])
      return true
    }
    Object.assign(window, { kept })
  })
  return context.newPage()
}

const kept = (page: Page) => page.evaluate(() => (window as unknown as { kept: Kept }).kept)

/** From here on the page must stay. */
const remember = (page: Page) =>
  page.evaluate(() => {
    const { kept } = window as unknown as { kept: Kept }
    kept.isFirst = true
  })

/** It is the same page as then, and nothing of it was stopped. */
async function assertStayed(page: Page): Promise<void> {
  const { isFirst, stopped } = await kept(page)
  assert.equal(isFirst, true, 'the page was not loaded anew')
  assert.deepEqual(stopped, [])
}

const estimate = (page: Page, words: string) => page.locator('.estimate').filter({ hasText: words })
const said = (page: Page) => page.locator('[data-said]').textContent()
const live = (page: Page, words: RegExp) => page.locator('[data-live]').filter({ hasText: words })

/** What the visitor does to the phone: to put it away, or to look at it again. */
const look = (page: Page, state: 'hidden' | 'visible') =>
  page.evaluate(state => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => state })
    document.dispatchEvent(new Event('visibilitychange'))
  }, state)

test('the number is live: what changes is exchanged and read out, and the page stays', async t => {
  const { page, signIn, say, kiosk } = await visit(t)
  await page.locator('.number').waitFor()
  await remember(page)
  assert.equal(await page.title(), '대기번호 A-1 · 서울내과의원')
  assert.equal(await page.locator('.number .unseen').textContent(), 'A, 1')
  await live(page, /^실시간$/).waitFor()
  await page.locator('.actions .secondary').focus()

  await say({ ahead: 2, wait_minutes: 8 })
  await estimate(page, '앞에 2명 · 예상 8분').waitFor()
  await until('it is read out', async () => (await said(page)) === '앞에 2명, 예상 8분')
  assert.equal(await page.locator('.dots i').count(), 2)
  await say({ now: 'A-0', title: { ko: '내과 진료', en: 'Exam' } })
  await page.locator('.card .title').waitFor()
  assert.equal(await said(page), '내과 진료. 지금 A, 0')
  assert.ok(await page.locator('.actions .secondary').evaluate(el => el === document.activeElement))

  // The visit's end changes what can be done, and is not the end of the number.
  await page.getByRole('button', { name: '이 키오스크에서 끝내기' }).click()
  await page.locator('.note').waitFor()
  assert.equal((await kiosk.view(signIn)).state, 'ended')
  assert.ok(await page.locator('h1').evaluate(el => el === document.activeElement), 'focus stays')
  await say({ ahead: 1 })
  await estimate(page, '앞에 1명').waitFor()

  await say({ status: 'called' })
  await page.getByRole('heading', { name: '지금 들어오세요' }).waitFor()
  assert.match((await said(page)) ?? '', /^지금 들어오세요\. 내과 2진료실/)
  assert.doesNotMatch((await said(page)) ?? '', /A, 1/, 'the number is read out once')
  await assertStayed(page)
  await page.getByRole('button', { name: '가고 있어요' }).click()
  await page.locator('.told-on').waitFor()
  assert.equal(await page.getByRole('button', { name: '가고 있어요' }).count(), 0)
  await say({ status: 'done' })
  await page.getByRole('heading', { name: '모두 끝났습니다' }).waitFor()
  await page.locator('[data-live]').waitFor({ state: 'detached' })
  await assertStayed(page)
})

test('a page that nobody looks at asks nothing, and is right as soon as somebody does', async t => {
  const { page, say } = await visit(t)
  await page.locator('.number').waitFor()
  await remember(page)
  await look(page, 'hidden')
  const asked: string[] = []
  page.on('request', request => asked.push(request.url()))
  await say({ ahead: 2 })
  await say({ ahead: 1 })
  await say({ status: 'called' })
  assert.deepEqual(asked, [])
  await look(page, 'visible')
  await page.getByRole('heading', { name: '지금 들어오세요' }).waitFor()
  await assertStayed(page)
})

test('a lost link is said with the time of what is seen, and mends itself', async t => {
  const { page, say } = await visit(t)
  await page.locator('.number').waitFor()
  await remember(page)
  await live(page, /^실시간$/).waitFor()
  await page.context().setOffline(true)
  await live(page, /^\d\d:\d\d 기준$/).waitFor()
  await settled(page)
  assert.deepEqual(await axe(page), [])
  await page.getByRole('button', { name: '이 키오스크에서 끝내기' }).click()
  await page.getByRole('alert').filter({ hasText: '응답이 없습니다' }).waitFor()
  await say({ ahead: 2 })
  await page.context().setOffline(false)
  await live(page, /^실시간$/).waitFor()
  await estimate(page, '앞에 2명').waitFor()
  await page.locator('[data-problem]').waitFor({ state: 'hidden' })

  await page.clock.install()
  // A phone that slept knows that what it shows is old, before anybody answers.
  let open = () => {}
  const opened = new Promise<void>(resolve => {
    open = resolve
  })
  await look(page, 'hidden')
  await page.route('**/s/**', async route => {
    await opened
    await route.continue()
  })
  await page.clock.fastForward(60_000)
  await look(page, 'visible')
  await live(page, /^\d\d:\d\d 기준$/).waitFor()
  open()
  await live(page, /^실시간$/).waitFor()
  await assertStayed(page)
})

test("what a proxy says for a gate that is away takes nobody's number off the screen", async t => {
  const { page, say } = await visit(t)
  await page.locator('.number').waitFor()
  await remember(page)
  await live(page, /^실시간$/).waitFor()
  await page.route('**/s/*?bare', route =>
    route.fulfill({ status: 502, contentType: 'text/html', body: '<h1>502 Bad Gateway</h1>' }),
  )
  await say({ ahead: 2 })
  await live(page, /^\d\d:\d\d 기준$/).waitFor()
  await page.unroute('**/s/*?bare')
  await estimate(page, '앞에 2명').waitFor()
  await live(page, /^실시간$/).waitFor()
  await assertStayed(page)
})

test('whoever wants to is told by sound and vibration: when few are ahead, and when it is time', async t => {
  const { page, say } = await visit(t)
  const alarm = page.getByRole('switch', { name: '차례가 되면 알려 주기' })
  await alarm.waitFor()
  await page.locator('.number').waitFor()
  await page.getByText('이 페이지가 열려 있는 동안 알립니다').waitFor()
  await say({ ahead: 1 })
  await estimate(page, '앞에 1명').waitFor()
  assert.deepEqual((await kept(page)).vibrations, [], 'nobody has asked for it')
  await say({ ahead: 5 })
  await estimate(page, '앞에 5명').waitFor()

  await alarm.click()
  assert.equal(await alarm.getAttribute('aria-checked'), 'true')
  const heard = async () => {
    const { vibrations, tones } = await kept(page)
    return [vibrations.length, tones.length]
  }
  assert.deepEqual(await heard(), [1, 2], 'how it will be')
  await say({ ahead: 2 })
  await estimate(page, '앞에 2명').waitFor()
  assert.deepEqual(await heard(), [1, 2])
  for (const [ahead, shown, times] of [
    [1, '앞에 1명', 2],
    [0, '다음 차례', 3],
  ] as const) {
    await say({ ahead })
    await estimate(page, shown).waitFor()
    assert.deepEqual(await heard(), [times, times * 2])
  }
  await say({ status: 'called' })
  await page.getByRole('heading', { name: '지금 들어오세요' }).waitFor()
  assert.deepEqual(await heard(), [4, 12], 'three times, as it matters')
  assert.equal(await alarm.count(), 0)

  // Called once more while nobody looks: the page sees nothing of what is between.
  await look(page, 'hidden')
  await say({ status: 'accepted' })
  await say({ status: 'called' })
  await look(page, 'visible')
  await until('it rings again', async () => (await heard())[0] === 5)
  assert.deepEqual(await heard(), [5, 18])

  // Called off: it is on still, and a second tap puts it off.
  await say({ status: 'accepted', ahead: 4 })
  await alarm.waitFor()
  assert.equal(await alarm.getAttribute('aria-checked'), 'true')
  await alarm.click()
  await say({ status: 'called' })
  await page.getByRole('heading', { name: '지금 들어오세요' }).waitFor()
  assert.deepEqual(await heard(), [5, 18])
  assert.deepEqual((await kept(page)).stopped, [])
})

test('"not today" asks once and cancels', async t => {
  const { page, kiosk, signIn } = await visit(t)
  await page.getByRole('link', { name: '오늘은 못 갑니다' }).click()
  await page.getByRole('link', { name: '아니요, 돌아가기' }).click()
  await page.locator('.number').waitFor()
  await page.getByRole('link', { name: '오늘은 못 갑니다' }).click()
  assert.deepEqual(await axe(page), [])
  await page.getByRole('button', { name: '네, 오늘은 못 갑니다' }).click()
  await page.getByRole('heading', { name: '접수를 취소했습니다' }).waitFor()
  assert.equal((await kiosk.view(signIn)).hand_off?.state, 'cancelled')
})

test('"not me" on the number ends the visit and cancels the number', async t => {
  const { page, kiosk, signIn, say } = await visit(t)
  await page.locator('.number').waitFor()
  await say({ status: 'refused', text: { ko: '마감입니다', en: 'We are full' } })
  await page.getByRole('heading', { name: '접수되지 않았습니다' }).waitFor()
  await page.getByRole('link', { name: '내가 한 것이 아니에요' }).click()
  await page.getByRole('heading', { name: '다른 사람이 로그인했나요?' }).waitFor()
  assert.equal(await page.getByText('받은 번호는 취소됩니다').count(), 0, 'there is none')
  await say({ status: 'accepted' })
  await page.getByRole('link', { name: '아니요, 돌아가기' }).click()
  await page.locator('.number').waitFor()
  await page.getByRole('link', { name: '내가 한 것이 아니에요' }).click()
  await page.getByText('받은 번호는 취소됩니다').waitFor()
  await page.getByRole('button', { name: '네, 내가 한 것이 아니에요' }).click()
  await page.getByText('받은 번호를 취소했습니다').waitFor()
  const { state, reason, hand_off } = await kiosk.view(signIn)
  assert.deepEqual([state, reason, hand_off?.reason], ['ended', 'not_me', 'not_me'])
})

test('axe finds nothing on any state of the number', async t => {
  let answerIt = async () => {}
  const { page, say, gate } = await visit(t, {}, {}, ({ receiver }) => {
    answerIt = receiver.hold()
  })
  const clean = async (heading: string) => {
    await page.getByRole('heading', { name: heading }).waitFor()
    await settled(page)
    assert.deepEqual(await axe(page), [], heading)
    assert.deepEqual(await axeWithoutColours(page), [], heading)
  }
  await clean('접수하고 있습니다')
  gate.passTime(12 * 60_000)
  await clean('직원이 확인해 드립니다')
  await answerIt()
  const text = { ko: '오늘은 마감입니다', en: 'We are full today' }
  await say({ status: 'accepted', number: 'A-012', ahead: 3, now: 'A-008', lines: [text] })
  await clean('대기번호')
  await page.getByRole('switch').click()
  await clean('대기번호')
  await say({ status: 'called', place: { name: text, floor: text, way: text } })
  await clean('지금 들어오세요')
  await page.getByRole('button', { name: '가고 있어요' }).click()
  await page.locator('.told-on').waitFor()
  await clean('지금 들어오세요')
  await say({ status: 'refused', text })
  await clean('접수되지 않았습니다')
  await say({ status: 'no_show' })
  await clean('차례가 지났습니다')
  assert.deepEqual((await kept(page)).stopped, [])
})

test('all of it works without script: the page looks again by itself, buttons are forms', async t => {
  let answerIt = async () => {}
  const { page, say, kiosk, signIn, numbered } = await visit(
    t,
    { javaScriptEnabled: false },
    {},
    ({ receiver }) => {
      answerIt = receiver.hold()
    },
  )
  await page.getByRole('heading', { name: '접수하고 있습니다' }).waitFor()
  await answerIt()
  await estimate(page, '앞에 3명 · 예상 12분').waitFor()
  await numbered()
  assert.equal(await page.getByRole('switch').count(), 0, 'nothing that needs a script')
  assert.ok(await page.locator('[data-live]').isHidden())
  await say({ status: 'called' })
  await page.reload()
  await page.getByRole('button', { name: '가고 있어요' }).click()
  await page.getByText('가고 있다고 알렸습니다').waitFor()
  await page.getByRole('button', { name: '이 키오스크에서 끝내기' }).click()
  await page.locator('form[action$="/end"]').waitFor({ state: 'detached' })
  assert.equal((await kiosk.view(signIn)).state, 'ended')
  await page.getByRole('link', { name: 'English' }).click()
  await page.getByRole('heading', { name: 'Please go in now' }).waitFor()
  await page.getByRole('link', { name: 'I can’t come today' }).click()
  await page.getByRole('button', { name: 'Yes, I can’t come today' }).click()
  await page.getByRole('heading', { name: 'You cancelled your check-in' }).waitFor()
})
