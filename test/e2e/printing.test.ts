import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Page } from 'playwright-core'
import { axe, settled, signUp, stands, visitor } from '../support/browser.ts'
import { service } from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import { startServedKiosk } from '../support/served-kiosk.ts'
import { traces } from '../support/traces.ts'

const exam = service('exam', { name: { ko: '진료 접수', en: 'See a doctor' } })
const pay = service('pay', { name: { ko: '수납', en: 'Pay' } })

/** A kiosk with a printer, and what stood on the page whenever it was told to print. */
async function startPrinting(t: TestContext, printing: object, services = [exam]) {
  const kiosk = await startServedKiosk(t, { services }, { printing })
  const printed: string[] = []
  await kiosk.page.exposeFunction('printed', (text: string) => printed.push(text))
  await kiosk.page.addInitScript(() => {
    const page = window as unknown as { printed(text: string): void }
    window.print = () => page.printed(document.querySelector('.paper-slip')?.textContent ?? '')
  })
  await kiosk.page.reload()
  return { ...kiosk, printed }
}

/** Whatever the page does at the sight of what it shows, it has done. */
const calm = async (page: Page) => {
  await settled(page)
  await page.evaluate(async () => {
    await document.fonts.ready
    for (let frame = 0; frame < 3; frame += 1) await new Promise(requestAnimationFrame)
  })
}

/** Width and height of each page of a PDF, in whole millimetres. */
function pagesOf(pdf: Buffer): number[][] {
  const boxes = pdf.toString('latin1').matchAll(/\/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)/g)
  return [...boxes].map(box => [1, 2].map(n => Math.round((Number(box[n]) / 72) * 25.4)))
}

for (const [paper_mm, printed_mm] of [
  [80, 72],
  [58, 48],
] as const) {
  test(`a slip for a roll of ${paper_mm} mm has the number and where to go, and no name`, async t => {
    const kiosk = await startPrinting(t, { ticket: true, paper_mm })
    const { page, receiver, printed } = kiosk
    receiver.answer = (received, response) => {
      if (received.type !== 'hand_off.requested') return receiver.accept(received, response)
      const place = {
        name: { ko: '내과 2진료실', en: 'Room 2' },
        floor: { ko: '2층', en: '2nd floor' },
      }
      const title = { ko: '홍길동 님 어서 오세요', en: 'Welcome' }
      const ticket = { number: 'A-1000', title, place, ahead: 3, wait_minutes: 12 }
      response.end(JSON.stringify({ status: 'accepted', ...ticket }))
    }
    await kiosk.visit()
    await stands(page, 'ticket')
    await until('it is printed', () => printed.length > 0)
    assert.match(await page.locator('main').innerText(), /번호표를 뽑아 주세요/)
    const spoken = await page.locator('main [role=status]').first().innerText()
    assert.match(spoken, /번호표를 뽑아 주세요/)
    assert.deepEqual(await axe(page), [])

    await page.emulateMedia({ media: 'print' })
    const paper = await page.locator('body').innerText()
    assert.match(
      paper,
      /진료 접수\s+대기번호\s+A-1000\s+앞에 3명\s+가실 곳: 2층 내과 2진료실\s+\d{4}\./,
    )
    for (const name of [visitor.name, '홍*동', visitor.account]) {
      assert.ok(!paper.includes(name) && !printed.join().includes(name), name)
    }
    const [slip, number] = await page.evaluate(() =>
      ['.paper-slip', '.paper-slip .number'].map(selector => {
        const range = document.createRange()
        const element = document.querySelector(selector)
        if (element) range.selectNodeContents(element)
        const { left, right, height } = range.getBoundingClientRect()
        return { left, right, height }
      }),
    )
    const edge = (((paper_mm - printed_mm) / 2) * 96) / 25.4
    assert.ok(number && slip && number.left >= edge - 1, JSON.stringify([number, edge]))
    assert.ok(number.right <= (paper_mm * 96) / 25.4 - edge + 1, JSON.stringify([number, edge]))
    const pages = pagesOf(await page.pdf({ preferCSSPageSize: true }))
    assert.equal(pages.length, 1)
    assert.equal(pages[0]?.[0], paper_mm)
    assert.ok((pages[0]?.[1] ?? 0) < 130, 'no longer than what stands on it')
  })
}

test('a number is printed once: not by a reload, not for another second on the clock', async t => {
  const kiosk = await startPrinting(t, { ticket: true })
  const { page, printed } = kiosk
  await kiosk.visit()
  await stands(page, 'ticket')
  await until('it is printed', () => printed.length > 0)
  for (let reload = 0; reload < 2; reload += 1) {
    await page.reload()
    await stands(page, 'ticket')
    await page.clock.runFor(1_000)
    await calm(page)
  }
  assert.deepEqual([printed.length, printed[0]?.includes('A-1')], [1, true])

  await page.getByRole('button', { name: '끝내기' }).click()
  await stands(page, 'idle')
  assert.doesNotMatch(await traces(page), /A-1|홍/)
  await kiosk.visit()
  await stands(page, 'ticket')
  await until('the next one has a slip too', () => printed.length > 1)
  assert.match(printed[1] ?? '', /A-2/)
})

test('a screen that always shows a QR prints once too', async t => {
  const kiosk = await startPrinting(t, { ticket: true })
  const { page, printed, scan } = kiosk
  const phone = await scan()
  await page.evaluate(() => history.replaceState(null, '', '?start=always'))
  await signUp(phone)
  await stands(page, 'ticket')
  await until('it is printed', () => printed.length > 0)
  await page.reload()
  await stands(page, 'ticket')
  await calm(page)
  assert.equal(printed.length, 1)
})

test('a number that comes late is printed when it comes, in the language of the screen', async t => {
  const kiosk = await startPrinting(t, { ticket: true }, [exam, pay])
  const { page, printed, receiver } = kiosk
  const accept = receiver.hold()
  await kiosk.visit()
  await stands(page, 'services')
  await page.getByRole('button', { name: 'English' }).click()
  await page.locator('button.tile').filter({ hasText: 'Pay' }).click()
  await stands(page, 'waiting')
  await page.clock.fastForward(8_000)
  await stands(page, 'staff')
  await calm(page)
  assert.equal(printed.length, 0)
  await accept()
  await stands(page, 'ticket')
  await until('it is printed', () => printed.length > 0)
  assert.match(printed[0] ?? '', /Pay\s+Your number\s+A-1\s+.*Room 2/s)
})

test('where the policy does not say so, nothing is printed', async t => {
  const kiosk = await startPrinting(t, { ticket: false })
  await kiosk.visit()
  await stands(kiosk.page, 'ticket')
  await calm(kiosk.page)
  assert.equal(kiosk.printed.length, 0)
  assert.equal(await kiosk.page.getByText('번호표를 뽑아 주세요').count(), 0)
  await kiosk.page.emulateMedia({ media: 'print' })
  assert.match(await kiosk.page.locator('main').innerText(), /A-1/)
})
