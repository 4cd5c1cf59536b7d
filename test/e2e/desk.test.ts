import assert from 'node:assert/strict'
import { test } from 'node:test'
import { axeWithoutColours, startBrowser } from '../support/browser.ts'
import {
  card,
  clean,
  comes,
  later,
  press,
  room1,
  room2,
  row,
  says,
  serves,
  undo,
  waits,
} from '../support/desk-page.ts'
import { until } from '../support/patience.ts'
import { startClinic } from '../support/reception-desk.ts'

test('one click calls the next; done, no-show, back and pass on are each undone', async t => {
  const clinic = await startClinic(t)
  const desk = await clinic.open(await startBrowser(t))
  await clean(desk)
  for (let count = 0; count < 4; count += 1) await comes(desk, 'exam')
  await waits(desk, 'A-001', 'A-002', 'A-003', 'A-004')
  await press(desk, `${room1}: 다음 A-001 부르기`)
  await serves(desk, room1, 'A-001')
  await says(desk, 'A-001 불렀습니다')
  await clean(desk)
  assert.deepEqual(await axeWithoutColours(desk), [])
  await undo(desk)
  await waits(desk, 'A-001', 'A-002', 'A-003', 'A-004')
  await serves(desk, room1, '–')

  // Two clicks that were meant as one; the second falls on what the button says by then.
  const soon = new Date()
  soon.setMinutes(soon.getMinutes() + 1)
  await desk.clock.pauseAt(soon)
  await press(desk, `${room2}: 다음 A-001 부르기`)
  await serves(desk, room2, 'A-001')
  await press(desk, `${room2}: 다음 A-002 부르기`)
  await desk.clock.resume()
  await waits(desk, 'A-002', 'A-003', 'A-004')

  await press(desk, '다시 부르기 A-001')
  await says(desk, 'A-001 다시 부르기')
  await press(desk, '끝 A-001')
  await serves(desk, room2, '–')
  await undo(desk)
  await serves(desk, room2, 'A-001')
  await press(desk, '안 오심 A-001')
  await serves(desk, room2, '–')
  await undo(desk)
  await serves(desk, room2, 'A-001')

  const more = card(desk, room2).locator('summary')
  await more.click()
  await press(desk, '대기로 A-001')
  await waits(desk, 'A-002', 'A-003', 'A-001', 'A-004')
  assert.equal(await desk.locator('details[open]').count(), 0)
  await undo(desk)
  await serves(desk, room2, 'A-001')
  await more.click()
  await clean(desk)
  await card(desk, room2).getByRole('button', { name: '수납' }).click()
  await says(desk, 'A-001 → 수납')
  await press(desk, '수납 1번: 다음 A-001 부르기')
  await serves(desk, '수납 1번', 'A-001')
  // Whoever is called next ends the one before, and comes back when that was wrong.
  await press(desk, `${room2}: 다음 A-002 부르기`)
  await serves(desk, room2, 'A-002')
  await later(desk)
  await press(desk, `${room2}: 다음 A-003 부르기`)
  await serves(desk, room2, 'A-003')
  await undo(desk)
  await serves(desk, room2, 'A-002')
  await waits(desk, 'A-003', 'A-004')
  await says(desk, '되돌렸습니다')
  await desk.clock.fastForward(11_000)
  await desk.locator('.bar').waitFor({ state: 'detached' })
})

test('two browsers call the same visitor: one gets them, and the other says so', async t => {
  const clinic = await startClinic(t)
  const browser = await startBrowser(t)
  const first = await clinic.open(browser)
  const second = await clinic.open(browser)
  await comes(first, 'exam')
  await Promise.all([waits(first, 'A-001'), waits(second, 'A-001')])
  // Neither is heard before both have clicked.
  let clicked = 0
  for (const desk of [first, second]) {
    await desk.route('**/desk/call', async route => {
      clicked += 1
      await until('both have clicked', () => clicked === 2)
      await route.continue()
    })
  }
  await Promise.all([
    press(first, `${room1}: 다음 A-001 부르기`),
    press(second, `${room2}: 다음 A-001 부르기`),
  ])
  const bars = [first, second].map(desk => desk.locator('.bar'))
  await Promise.all(bars.map(bar => bar.waitFor()))
  const texts = (await Promise.all(bars.map(bar => bar.innerText()))).sort()
  assert.match(texts[0] ?? '', /^A-001 다른 접수대에서 먼저 처리했습니다$/)
  assert.match(texts[1] ?? '', /^A-001 불렀습니다/)
  await until('only one desk has them, in both browsers', async () => {
    const shown = await Promise.all(
      [first, second].map(desk => desk.locator('.card .number').allInnerTexts()),
    )
    return shown.every(numbers => numbers.filter(number => number === 'A-001').length === 1)
  })
})

test('by the keyboard alone, a Korean one too', async t => {
  const clinic = await startClinic(t)
  const desk = await clinic.open(await startBrowser(t))
  const { keyboard } = desk
  for (let count = 0; count < 3; count += 1) await comes(desk, 'exam')
  await waits(desk, 'A-001', 'A-002', 'A-003')
  await keyboard.press('2')
  await keyboard.press('Enter')
  await serves(desk, room2, 'A-001')
  // The same keys with ㄱ, ㅇ, ㅜ, ㅠ and ㅋ on them.
  const korean = (code: string, key: string) =>
    desk.evaluate(
      init => document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', init)),
      { code, key, bubbles: true },
    )
  await korean('KeyR', 'ㄱ')
  await says(desk, 'A-001 다시 부르기')
  await keyboard.press('d')
  await serves(desk, room2, '–')
  await korean('KeyZ', 'ㅋ')
  await serves(desk, room2, 'A-001')
  await keyboard.press('n')
  await serves(desk, room2, '–')
  await keyboard.press('z')
  await serves(desk, room2, 'A-001')
  await keyboard.press('b')
  await waits(desk, 'A-002', 'A-003', 'A-001')

  await later(desk)
  // A key held down calls one; news from elsewhere leave the focus where it is.
  await keyboard.down('Enter')
  await serves(desk, room2, 'A-002')
  await later(desk)
  await keyboard.down('Enter')
  await keyboard.up('Enter')
  await comes(desk, 'exam')
  await waits(desk, 'A-003', 'A-001', 'A-004')
  const focused = () => desk.evaluate(() => document.activeElement?.getAttribute('aria-label'))
  assert.equal(await focused(), `${room2}: 다음 A-003 부르기`)

  await keyboard.press('?')
  await desk.getByRole('dialog', { name: '단축키' }).waitFor()
  await clean(desk)
  await desk.getByLabel('단축키 사용').uncheck()
  await keyboard.press('Escape')
  await keyboard.press('d')
  await desk.reload()
  await serves(desk, room2, 'A-002')

  // All that can be pressed is reached, and has a name and a mark of where the focus is.
  const names: string[] = []
  for (let count = 0; count < 80; count += 1) {
    await keyboard.press('Tab')
    const at = await desk.evaluate(() => {
      const { activeElement: here } = document
      if (!here || here === document.body) return undefined
      const seen = getComputedStyle(here).outlineStyle !== 'none'
      return `${seen} ${here.getAttribute('aria-label') ?? here.textContent?.trim()}`
    })
    if (at === undefined) break
    names.push(at)
  }
  for (const name of [
    '직접 접수',
    `${room2}: 다음 A-003 부르기`,
    '끝 A-002',
    '안 오심 A-002',
    '다시 부르기 A-002',
    '더 보기 A-002',
    '부르기 A-003',
    '더 보기 A-003',
    '접수 받기',
    'English',
  ]) {
    assert.ok(names.includes(`true ${name}`), `${name} in ${names.join(', ')}`)
  }
})

test('a row is called to the desk that serves it; of several, to the one that is chosen', async t => {
  const clinic = await startClinic(t)
  const browser = await startBrowser(t)
  const desk = await clinic.open(browser)
  await comes(desk, 'exam', '김*수')
  await comes(desk, 'test')
  await comes(desk, 'exam')
  await waits(desk, 'A-001', 'B-001', 'A-002')
  await press(desk, '부르기 B-001')
  await serves(desk, room2, 'B-001')
  await row(desk, 'A-002').getByText('부르기', { exact: true }).click()
  await press(desk, `부르기 A-002 ${room1}`)
  await serves(desk, room1, 'A-002')
  assert.match(await row(desk, 'A-001').innerText(), /김\*수\s+직접 접수.*진료 접수.*방금/s)

  // What a browser shows stays in its address.
  await comes(desk, 'pay')
  await press(desk, '수납')
  await waits(desk, 'C-001')
  await desk.reload()
  await waits(desk, 'C-001')
  assert.deepEqual(await desk.locator('.card h2').allInnerTexts(), ['수납 1번'])
  await press(desk, '모두')
  await waits(desk, 'A-001', 'C-001')
  const narrow = await clinic.open(browser, '?lang=ko&desk=room-1')
  await waits(narrow, 'A-001')
  assert.deepEqual(await narrow.locator('.card h2').allInnerTexts(), [room1])
  // One desk only: it needs no chooser, neither here nor at the keyboard.
  await press(narrow, '부르기 A-001')
  await serves(narrow, room1, 'A-001')
  await narrow.keyboard.press('d')
  await serves(narrow, room1, '–')
})
