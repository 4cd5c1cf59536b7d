// The visitor's number on the phone, in pictures: every state in every size, with text at 100 % and 200 %.
import type { Browser, Page } from 'playwright-core'
import { startClientGate } from './client-gate.ts'
import { phoneSizes } from './phone-tour.ts'
import {
  kioskSizes,
  type Language,
  languages,
  openKiosk,
  save,
  textSizes,
  usualPhone,
  visit,
} from './tour.ts'

const both = (ko: string, en: string) => ({ ko, en })
const services = [{ id: 'exam', name: both('진료 접수', 'See a doctor'), icon: 'doctor' }]
const place = {
  name: both('내과 2진료실', 'Room 2'),
  floor: both('2층', '2nd'),
  way: both('승강기에서 내려 왼쪽 두 번째 문', 'Second door on the left from the lift'),
}
const waiting = {
  status: 'accepted',
  number: 'A-012',
  place,
  ahead: 3,
  wait_minutes: 12,
  now: 'A-008',
}
const called = {
  status: 'called',
  lines: [
    both(
      '3분 안에 오시지 않으면 다음 분을 먼저 모시고 그다음에 다시 불러 드립니다.',
      'If you do not come within 3 minutes we call the next person first.',
    ),
  ],
}
const refused = {
  status: 'refused',
  text: both(
    '오늘 진료는 끝났습니다. 내일 9시부터 접수하실 수 있습니다.',
    'We are closed for today. Check in again from 9 am tomorrow.',
  ),
}
/** About as much as a client may say. */
const wordy = {
  status: 'accepted',
  number: '가정의학과-000123',
  title: both(
    '건강검진 결과 상담과 예방접종을 이 번호로 이어서 받으시게 됩니다',
    'Check-up review and vaccination, one after the other, with this number',
  ),
  place: {
    name: both(
      '가온누리대학교부속 새하늘어린이재활전문병원 본관 가정의학과 외래 대기실',
      'Main building, family medicine outpatient waiting area, next to the pharmacy',
    ),
    floor: both('지하 1층 (주차장 쪽)', 'Lower ground (car park side)'),
    way: place.way,
  },
  lines: [
    both('예약하신 분을 먼저 모시므로 순서가 바뀔 수 있습니다', 'The order may change'),
    ...called.lines,
  ],
  ahead: 128,
  wait_minutes: 195,
  now: '가정의학과-000095',
}

export async function numberTour(browser: Browser): Promise<void> {
  const asked: string[] = []
  const client = await startClientGate(browser, ({ id }) => {
    asked.push(id)
    return null
  })
  await client.offer(services)
  for (const lang of languages) {
    const kiosk = await openKiosk(browser, client.gate, kioskSizes.tablet, lang)
    await client.serve(kiosk.page)
    const { page } = await visit(browser, kiosk, lang, 'waiting')
    await page.locator('[data-part=outcome]').waitFor()
    const id = asked.at(-1) ?? ''
    const shoot = shooting(lang)
    const say = async (change: object, selector: string) => {
      await client.say(id, change)
      await page.locator(selector).waitFor()
    }
    await shoot(page, '20-requested')
    await say(wordy, '.number.longest')
    await shoot(page, '21-wordy')
    await say({ ...waiting, title: services[0]?.name, lines: [] }, '.number:not(.longest)')
    await shoot(page, '22-accepted')
    await page.getByRole('switch').click()
    await page.context().setOffline(true)
    await page.locator('.live.lost').waitFor()
    await shoot(page, '23-lost-link')
    await page.context().setOffline(false)
    await say({ ahead: 0, wait_minutes: 0 }, '.estimate:not(:has-text("3"))')
    await page.locator('form[action$="/end"] button').click()
    await page.locator('.note').waitFor()
    await shoot(page, '24-next')
    await say(called, '.called')
    await shoot(page, '25-called')
    await page.locator('form[action$="/coming"] button').click()
    await page.locator('.told-on').waitFor()
    await shoot(page, '26-coming')
    await say(refused, '.refused')
    await shoot(page, '27-refused')
    await say({ status: 'accepted' }, '.card')
    await page.locator('a[href$="form=cancel"]').click()
    await page.locator('form[action$="/cancel-hand-off"]').waitFor()
    await shoot(page, '28-cancel-question')
    await page.locator('form[action$="/cancel-hand-off"] button').click()
    await page.locator('.badge.quiet').waitFor()
    await shoot(page, '29-cancelled')
    await page.context().close()
    await kiosk.page.context().close()
  }
  await client.stop()
}

const shooting = (lang: Language) => async (page: Page, screen: string) => {
  for (const textSize of textSizes) {
    await page.evaluate(size => {
      document.documentElement.style.fontSize = `${size}%`
    }, textSize)
    for (const [name, size] of Object.entries(phoneSizes)) {
      await page.setViewportSize(size)
      await save(page, `phone-${screen}-${name}-${lang}-${textSize}`)
    }
  }
  await page.evaluate(() => document.documentElement.removeAttribute('style'))
  await page.setViewportSize(usualPhone)
}
