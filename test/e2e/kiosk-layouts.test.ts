import assert from 'node:assert/strict'
import type { ServerResponse } from 'node:http'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import {
  openKiosk,
  openPhone,
  readQr,
  showQr,
  signUp,
  stands,
  startBrowser,
  visitor,
} from '../support/browser.ts'
import { freePort, startGate } from '../support/gate.ts'
import { service } from '../support/hand-off-gate.ts'
import { faultsInAllLayouts, isScrolling } from '../support/layouts.ts'
import { startServedKiosk } from '../support/served-kiosk.ts'

const both = (ko: string, en: string) => ({ ko, en })

/** Time stands still meanwhile, so that no screen goes away by itself. */
async function fits(kiosk: Page, state: string, { scrolls = false } = {}): Promise<void> {
  const soon = await kiosk.evaluate(() => {
    const time = new Date()
    time.setSeconds(time.getSeconds() + 1)
    return time.toISOString()
  })
  await kiosk.clock.pauseAt(soon)
  const faults = await faultsInAllLayouts(kiosk)
  const found = scrolls ? faults.filter(fault => !isScrolling(fault)) : faults
  assert.deepEqual(found, [], state)
  if (found.length) console.log(state, found.join('\n  '))
  await kiosk.clock.resume()
}

async function again(kiosk: Page): Promise<void> {
  await kiosk.locator('.words .primary').click()
  await stands(kiosk, 'pending')
  await kiosk.locator('qrgate-qr canvas').waitFor()
}

async function leave(kiosk: Page): Promise<void> {
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'idle')
}

const choose = (kiosk: Page, id: string) =>
  kiosk
    .locator('.tile')
    .nth(services.findIndex(offered => offered.id === id))
    .click()

/** Keeps the gate's answers from the page for a while. */
async function held(kiosk: Page, url: string): Promise<{ goOn(): Promise<void> }> {
  const { promise, resolve } = Promise.withResolvers<void>()
  await kiosk.route(url, async route => {
    await promise
    await route.continue().catch(() => {})
  })
  const goOn = async () => {
    resolve()
    await kiosk.unroute(url)
  }
  return { goOn }
}

const noTest = both(
  '오늘 예약된 검사가 없습니다. 1층 2번 창구로 와 주세요.',
  'No test is booked for today. Please come to desk 2.',
)
/** About as much as a client may say. */
const wordy = {
  status: 'accepted',
  number: '가정의학과-000123',
  place: {
    name: both('본관 가정의학과 외래 대기실', 'Main building, family medicine waiting area'),
    floor: both('지하 1층 (주차장 쪽)', 'Lower ground (car park side)'),
    way: both('승강기에서 내려 왼쪽 두 번째 문', 'Second door on the left from the lift'),
  },
  ahead: 128,
  wait_minutes: 195,
}
const services = [
  service('exam', {
    name: both('진료 접수', 'See a doctor'),
    lines: [
      both('예약하고 오셨거나', 'With an appointment,'),
      both('오늘 진료를 받으실 때', 'or to be seen today'),
    ],
  }),
  service('test', {
    name: both('검사 접수', 'Tests'),
    icon: 'test',
    lines: [both('피검사, 엑스레이,', 'Blood tests, X-ray,'), both('내시경', 'endoscopy')],
  }),
  service('pay', {
    name: both('수납', 'Pay'),
    icon: 'pay',
    lines: [
      both('진료비를 내고', 'Pay for your visit'),
      both('영수증을 받을 때', 'and get a receipt'),
    ],
  }),
  service('paper', {
    name: both('제증명', 'Papers'),
    icon: 'paper',
    closed: both('17시에 마감되었습니다', 'Closed at 17:00'),
  }),
  service('medicine', {
    name: both('처방약', 'Medicine'),
    icon: 'medicine',
    lines: [both('처방전을 받으셨을 때', 'With a prescription')],
  }),
  service('ward', {
    name: both('입원 수속', 'Admission'),
    icon: 'ward',
    lines: [both('입원 안내를 받으신 분', 'If you were told to come in')],
  }),
]

test('N36: before and after a sign-in, every button, headline and QR lies on the screen', async t => {
  // An address as long as many are.
  const port = `${await freePort()}`
  const PUBLIC_URL = `http://checkin.seoul-hospital.test:${port}`
  const gate = await startGate(t, { PORT: port, PUBLIC_URL })
  const browser = await startBrowser(t)
  const kiosk = await openKiosk(browser, gate.url)
  await stands(kiosk, 'idle')
  await kiosk.clock.install()
  await fits(kiosk, 'idle')
  await kiosk.locator('footer .help').click()
  await fits(kiosk, 'help')
  await kiosk.locator('dialog .close').click()
  const opened = await openPhone(browser, await showQr(kiosk))
  await stands(kiosk, 'scanned')
  await fits(kiosk, 'scanned')
  await opened.page.locator('form[action$="/deny"] button').click()
  await stands(kiosk, 'ended')
  await fits(kiosk, 'denied')

  await again(kiosk)
  await fits(kiosk, 'pending')
  await kiosk.locator('.ask').click()
  await kiosk.locator('.code-card').waitFor()
  await fits(kiosk, 'code')
  await kiosk.locator('footer .leave').click()
  await stands(kiosk, 'ended')
  await fits(kiosk, 'cancelled')

  await again(kiosk)
  const { page: phone } = await openPhone(browser, await readQr(kiosk))
  await stands(kiosk, 'scanned')
  const claims = await held(kiosk, '**/claim?*')
  await signUp(phone, { ...visitor, name: 'Wolfeschlegelsteinhausenbergerdorff Pablo Diego José' })
  await stands(kiosk, 'approved')
  await fits(kiosk, 'approved')
  await claims.goOn()
  await stands(kiosk, 'done')
  await fits(kiosk, 'done')
  await phone.locator('a[href$="form=not-me"]').click()
  await phone.locator('form[action$="/not-me"] button').click()
  await stands(kiosk, 'ended')
  await fits(kiosk, 'not me')

  const starts = await held(kiosk, '**/sign-ins')
  await kiosk.locator('.words .primary').click()
  await stands(kiosk, 'pending')
  await fits(kiosk, 'starting')
  await starts.goOn()
  await kiosk.context().setOffline(true)
  await kiosk.clock.fastForward(20_000)
  await stands(kiosk, 'trouble')
  await fits(kiosk, 'trouble')
})

test('N36: while a visitor is served, every button and headline lies on the screen', async t => {
  const {
    page: kiosk,
    visit,
    receiver,
    offer,
  } = await startServedKiosk(t, {
    services: services.slice(0, 4),
    staffCalls: true,
  })
  const waiting: ServerResponse[] = []
  receiver.answer = (received, response) => {
    switch (received.data.service) {
      case 'pay':
        return waiting.push(response)
      case 'test':
        return response.end(JSON.stringify({ status: 'refused', text: noTest }))
      case 'exam':
        return response.end(JSON.stringify(wordy))
      default:
        return receiver.accept(received, response)
    }
  }
  await kiosk.locator('footer .help').click()
  await fits(kiosk, 'staff call, and how to do it alone')
  await kiosk.locator('dialog .close').click()
  await visit()
  await stands(kiosk, 'services')
  await fits(kiosk, 'four services')
  await choose(kiosk, 'pay')
  await stands(kiosk, 'waiting')
  await fits(kiosk, 'waiting')
  await kiosk.clock.fastForward(8_000)
  await stands(kiosk, 'staff')
  await fits(kiosk, 'late')
  await leave(kiosk)

  await offer(services)
  await visit()
  await stands(kiosk, 'services')
  await fits(kiosk, 'six services')
  await choose(kiosk, 'test')
  await stands(kiosk, 'staff')
  await fits(kiosk, 'refused')
  await kiosk.locator('.words .primary').click()
  await choose(kiosk, 'ward')
  await stands(kiosk, 'ticket')
  await fits(kiosk, 'ticket')
  await kiosk.locator('footer .help').click()
  await fits(kiosk, 'staff call')
  await kiosk.locator('dialog .close').click()
  await leave(kiosk)

  await offer(services.slice(0, 2))
  await visit()
  await stands(kiosk, 'services')
  await fits(kiosk, 'two services')
  await choose(kiosk, 'exam')
  await stands(kiosk, 'ticket')
  await fits(kiosk, 'wordy ticket', { scrolls: true })
})

test('N36: on a screen as small as a phone, and at a browser’s zoom of 400 %, the QR is whole', async t => {
  const gate = await startGate(t)
  const kiosk = await openKiosk(await startBrowser(t), gate.url)
  await showQr(kiosk)
  for (const [width, height, texts] of [
    [360, 640, 3],
    [320, 568, 3],
    [320, 256, 1],
  ] as const) {
    await kiosk.setViewportSize({ width, height })
    for (let times = 0; times < texts; times += 1) {
      // Where the page itself scrolls, a visitor scrolls to it.
      await kiosk.locator('.qr .card').scrollIntoViewIfNeeded()
      assert.match(await readQr(kiosk), /\/Q\//i)
      await kiosk.evaluate(() => document.querySelector<HTMLElement>('footer .enlarge')?.click())
    }
  }
})
