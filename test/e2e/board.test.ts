import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import type { BoardCall } from '../../reception/src/wire.ts'
import { axe, axeWithoutColours, settled, startBrowser } from '../support/browser.ts'
import { until } from '../support/patience.ts'
import { ReceptionPages } from '../support/reception-pages.ts'

const room = { ko: '내과 2진료실', en: 'Room 2' }
const since = Date.UTC(2026, 10, 29, 1)
let minute = 0

/** The next call of the day. */
function call(number: string, place = room): BoardCall {
  minute += 1
  return { number, place, called_at: since + minute * 60_000, recalls: 0 }
}

/** A board on a television, and what came out of its loudspeaker: `note` or what the voice said. */
async function startBoard(t: TestContext, lang = 'ko') {
  const reception = await ReceptionPages.start(t)
  const browser = await startBrowser(t)
  const context = await browser.newContext({
    viewport: { width: 1920, height: 1080 },
    locale: 'ko',
  })
  const page = await context.newPage()
  const heard: string[] = []
  await page.exposeFunction('heard', (sound: string) => heard.push(sound))
  await page.addInitScript(() => {
    const { heard } = window as unknown as { heard(sound: string): void }
    const start = OscillatorNode.prototype.start
    OscillatorNode.prototype.start = function (when) {
      heard('note')
      start.call(this, when)
    }
    const voices = ['ko-KR', 'en-US'].map(lang => ({ lang }) as SpeechSynthesisVoice)
    speechSynthesis.getVoices = () => voices
    speechSynthesis.speak = ({ text, onend }) => {
      heard(text)
      onend?.call(null as never, null as never)
    }
    // A real voice is an object of the browser's own.
    Object.defineProperty(SpeechSynthesisUtterance.prototype, 'voice', { writable: true })
  })
  const open = async () => {
    await page.goto(`${reception.url}/board?lang=${lang}`)
    await page.locator('time:not(:empty)').waitFor()
  }
  return { reception, page, heard, open }
}

const shown = (page: Page) => page.locator('.number').allInnerTexts()

const clean = async (page: Page) => {
  await settled(page)
  assert.deepEqual(await axe(page), [])
  assert.deepEqual(await axeWithoutColours(page), [])
}

const turnOn = async (page: Page) => {
  const button = page.getByRole('button', { name: /소리 켜기|Turn on sound/ })
  await button.click()
  await button.waitFor({ state: 'detached' })
}

for (const lang of ['ko', 'en'] as const) {
  test(`a call appears by itself, newest first, six at most, with no fault for axe (${lang})`, async t => {
    const { reception, page, open } = await startBoard(t, lang)
    await open()
    const none = lang === 'ko' ? '곧 번호를 부릅니다' : 'Numbers will be called soon'
    await page.getByText(none).waitFor()
    await clean(page)
    const calls: BoardCall[] = []
    for (const number of ['A-008', 'B-003', 'A-009', 'C-031', 'A-010', 'A-1000']) {
      calls.unshift(call(number))
      reception.calls(...calls)
      await page.locator('.newest .number', { hasText: number }).waitFor()
      assert.deepEqual(
        await shown(page),
        calls.map(({ number }) => number),
      )
      if (calls.length > 1) continue
      await page.locator('.newest[data-called-out=true]').waitFor()
      await clean(page)
    }
    await clean(page)
    const text = await page.locator('.newest').innerText()
    assert.match(text, lang === 'ko' ? /내과 2진료실\s+Room 2/ : /Room 2\s+내과 2진료실/)
    assert.equal(await page.locator('time').innerText(), '10:24')
    assert.match(await page.locator('footer').innerText(), lang === 'ko' ? /3명/ : /3 waiting/)
    const said =
      lang === 'ko' ? 'A 일공공공 번, 내과 2진료실로 오세요' : 'Number A one zero zero zero, Room 2'
    assert.equal(await page.locator('[role=status].unseen').innerText(), said)
  })
}

test('after one tap a call chimes and is spoken, and again when it is called again', async t => {
  const { reception, page, heard, open } = await startBoard(t)
  const first = call('A-007', { ko: '접수 창구 3', en: 'Counter 3' })
  reception.calls(first)
  await open()
  await turnOn(page)
  const second = call('A-012')
  reception.calls(second, first)
  await until('it is spoken', () => heard.length === 3)
  assert.deepEqual(heard, ['note', 'note', 'A 공일이 번, 내과 2진료실로 오세요'])
  reception.calls(second, { ...first, recalls: 1 })
  await until('it is spoken', () => heard.length === 6)
  assert.deepEqual(heard.slice(3), ['note', 'note', 'A 공공칠 번, 접수 창구 3으로 오세요'])

  // That it was wanted is kept, but a browser wants another tap after a reload.
  await page.reload()
  await page.getByRole('button', { name: '소리 켜기' }).waitFor()
  assert.equal(await page.evaluate(() => localStorage.getItem('reception-board-sound')), 'on')
})

test('several calls at once are called out one after the other, the first one first', async t => {
  const { reception, page, heard, open } = await startBoard(t, 'en')
  await open()
  await turnOn(page)
  const calls = ['A-001', 'B-002', 'C-003'].map(number => call(number)).reverse()
  reception.calls(...calls)
  await until('the third is spoken', () => heard.length === 9)
  const spoken = ['A zero zero one', 'B zero zero two', 'C zero zero three']
  const said = spoken.flatMap(read => ['note', 'note', `Number ${read}, Room 2`])
  assert.deepEqual(heard, said)
})

test('a call that was undone leaves without a word, and what stood before it is no news', async t => {
  const { reception, page, heard, open } = await startBoard(t)
  const calls = ['A-1', 'A-2', 'A-3', 'A-4', 'A-5', 'A-6'].map(number => call(number)).reverse()
  reception.calls(...calls)
  await open()
  await turnOn(page)
  const undone = call('A-7')
  reception.calls(undone, ...calls.slice(0, 5))
  await until('it is spoken', () => heard.length === 3)
  reception.calls(...calls)
  await page.locator('.newest .number', { hasText: 'A-6' }).waitFor()
  const next = call('A-8')
  reception.calls(next, ...calls.slice(0, 5))
  await until('the next is spoken', () => heard.length >= 6)
  assert.match(heard[5] ?? '', /A 팔 번/)
})

test('a lost link is said with the time of what is shown, until it is back', async t => {
  const { reception, page, open } = await startBoard(t)
  reception.calls(call('A-001'))
  await open()
  const mark = page.locator('.live.lost')
  assert.equal(await mark.count(), 0)
  reception.away(true)
  await mark.waitFor()
  assert.equal(await mark.innerText(), '10:24 기준')
  assert.deepEqual(await shown(page), ['A-001'])
  await clean(page)
  reception.calls(call('A-002'), call('A-001'))
  reception.away(false)
  await page.locator('.newest .number', { hasText: 'A-002' }).waitFor()
  assert.equal(await mark.count(), 0)
})

test('nothing stands in one place for longer than ten minutes, and who asks sees no motion', async t => {
  const { reception, page, open } = await startBoard(t)
  await page.clock.install()
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await open()
  const place = () => page.locator('board-page').evaluate(({ style }) => style.translate)
  const before = await place()
  await page.clock.fastForward(600_000)
  await until('all of it is shifted', async () => (await place()) !== before)
  reception.calls(call('A-001'))
  const newest = page.locator('.newest[data-called-out=true]')
  await newest.waitFor()
  assert.equal(await newest.evaluate(element => getComputedStyle(element).animationName), 'none')
})

test('whatever is called, all of it is on the screen', async t => {
  const { reception, page, open } = await startBoard(t)
  const long = {
    ko: '별관 지하 1층 영상의학과 자기공명영상 촬영실 3번 대기 구역',
    en: 'Annex, basement 1, radiology, magnetic resonance imaging, waiting area 3',
  }
  reception.calls(...['A-1000', 'A-999', '접수-0123456789'].map(number => call(number, long)))
  await open()
  for (const [width, height] of [
    [1920, 1080],
    [3840, 2160],
    [1280, 1024],
  ] as const) {
    await page.setViewportSize({ width, height })
    const cut = await page.evaluate(() =>
      [...document.querySelectorAll('.newest, .before li')]
        .flatMap(box => {
          const outer = box.getBoundingClientRect()
          return [...box.querySelectorAll('.number, .place')].filter(part => {
            const range = document.createRange()
            range.selectNodeContents(part)
            const { left, right, top, bottom } = range.getBoundingClientRect()
            const isIn = top >= outer.top - 1 && bottom <= outer.bottom + 1
            return !(isIn && left >= outer.left && right <= outer.right) || bottom > innerHeight
          })
        })
        .map(({ textContent }) => textContent),
    )
    assert.deepEqual(cut, [], `${width}×${height}`)
  }
})
