// What a visitor is asked and given at a kiosk whose client has services, in pictures.
import type { Browser } from 'playwright-core'
import { startClientGate } from './client-gate.ts'
import {
  enlarge,
  kioskSizes,
  languages,
  openKiosk,
  save,
  stands,
  textSizes,
  visit,
} from './tour.ts'

const both = (ko: string, en: string) => ({ ko, en })
const more = [
  {
    id: 'medicine',
    name: both('처방약', 'Medicine'),
    lines: [both('처방전을 받으셨을 때', 'With a prescription')],
    icon: 'medicine',
  },
  {
    id: 'ward',
    name: both('입원 수속', 'Admission'),
    lines: [both('입원 안내를 받으신 분', 'If you were told to come in')],
    icon: 'ward',
  },
] as const
const services = [
  {
    id: 'exam',
    name: both('진료 접수', 'See a doctor'),
    lines: [
      both('예약하고 오셨거나', 'With an appointment,'),
      both('오늘 진료를 받으실 때', 'or to be seen today'),
    ],
    icon: 'doctor',
  },
  {
    id: 'test',
    name: both('검사 접수', 'Tests'),
    lines: [both('피검사, 엑스레이,', 'Blood tests, X-ray,'), both('내시경', 'endoscopy')],
    icon: 'test',
  },
  {
    id: 'pay',
    name: both('수납', 'Pay'),
    lines: [
      both('진료비를 내고', 'Pay for your visit'),
      both('영수증을 받을 때', 'and get a receipt'),
    ],
    icon: 'pay',
  },
  {
    id: 'paper',
    name: both('제증명', 'Papers'),
    icon: 'paper',
    closed: both('17시에 마감되었습니다', 'Closed at 17:00'),
  },
] as const

const answers: Record<string, object> = {
  exam: {
    status: 'accepted',
    number: 'A-012',
    title: both('2층 내과 대기실로 가 주세요', 'Go to the waiting area on floor 2'),
    place: {
      name: both('내과 2진료실', 'Room 2'),
      floor: both('2층', '2nd floor'),
      way: both(
        '오른쪽 승강기에서 내리면 바로 앞입니다',
        'Take the lift on your right; it is straight ahead',
      ),
    },
    ahead: 3,
    wait_minutes: 12,
  },
  test: {
    status: 'refused',
    text: both(
      '오늘 예약된 검사가 없습니다. 1층 2번 창구로 와 주세요.',
      'No test is booked for today. Please come to desk 2.',
    ),
  },
}

export async function servicesTour(browser: Browser): Promise<void> {
  // It gives numbers, says no, or has not made up its mind, by what it is asked for.
  const { offer, serve, gate, stop } = await startClientGate(
    browser,
    ({ service }) => answers[service] ?? null,
  )
  for (const [sizeName, size] of Object.entries(kioskSizes)) {
    for (const lang of languages) {
      for (const textSize of textSizes) {
        await offer(services)
        const kiosk = await openKiosk(browser, gate, size, lang)
        const { page } = kiosk
        await serve(page)
        const shoot = (screen: string) =>
          save(page, `kiosk-${screen}-${sizeName}-${lang}-${textSize}`)
        const visitor = async (screen: string) => {
          const phone = await visit(browser, kiosk, lang, screen)
          await enlarge(page, textSize)
          return phone
        }
        const choose = (id: string) =>
          page
            .locator('.tile')
            .nth(services.findIndex(service => service.id === id))
            .click()

        const first = await visitor('services')
        await shoot('12-services')
        await page.clock.install()
        await choose('pay')
        await stands(page, 'waiting')
        await shoot('13-waiting')
        await page.clock.fastForward(8_000)
        await stands(page, 'staff')
        await shoot('14-staff')
        await page.locator('footer .leave').click()
        await stands(page, 'idle')
        await first.context.close()

        const second = await visitor('services')
        await choose('test')
        await stands(page, 'staff')
        await shoot('15-refused')
        await page.locator('.words .primary').click()
        await choose('exam')
        await stands(page, 'ticket')
        await shoot('16-ticket')
        await page.locator('footer .help').click()
        await shoot('17-staff-call')
        await page.locator('dialog .close').click()
        await page.locator('footer .leave').click()
        await stands(page, 'idle')
        await second.context.close()

        await offer([...services, ...more])
        await visitor('services')
        await shoot('18-six-services')
        await page.context().close()
      }
    }
  }
  await stop()
}
