// The waiting room's board and the day's summary in pictures, of a morning at a real reception.
import { randomUUID } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'
import { languages, save } from './tour.ts'

const boards = {
  '1920x1080': { width: 1920, height: 1080 },
  '3840x2160': { width: 3840, height: 2160 },
}
const days = {
  '1440x900': { width: 1440, height: 900 },
  '1024x768': { width: 1024, height: 768 },
}
/** What a whole day adds up to; the tour has no time for one. */
const busy = [4, 21, 33, 27, 5, 0, 24, 31, 18, 9].map((came, index) => ({
  hour: index + 8,
  came,
  ...(came > 0 && { median_wait_ms: (came + 3) * 30_000 }),
}))

/** Who is called where; whoever is called nowhere waits. */
const morning = [
  ['consultation', 'room-1'],
  ['consultation', 'room-2'],
  ['tests', 'lab'],
  ['payment', 'cashier'],
  ['consultation', 'room-2'],
  ['papers', 'cashier'],
  ['consultation', 'room-1'],
  ['consultation', undefined],
  ['tests', undefined],
] as const

async function shootAll(page: Page, name: string, sizes: object): Promise<void> {
  for (const [sizeName, size] of Object.entries(sizes)) {
    await page.setViewportSize(size)
    await save(page, `${name}-${sizeName}`)
  }
}

export async function boardTour(browser: Browser): Promise<void> {
  const gate = await DemoGate.start({ QRGATE_LOG_LEVEL: 'silent' }, true)
  const context = await browser.newContext()
  const desk = await context.newPage()
  await desk.goto(await gate.printed(/(?<=\s)http:\S+#desk=\S+/))
  await desk.locator('figure.desk').waitFor()
  await desk.close()
  const page = await context.newPage()
  const show = async (path: string, ready: string) => {
    await page.goto(`${gate.url}/reception/${path}`)
    await page.locator(ready).first().waitFor()
  }
  const act = (name: string, data: object) =>
    context.request.post(`${gate.url}/reception/desk/${name}`, {
      data,
      headers: { origin: gate.url },
      failOnStatusCode: true,
    })
  for (const lang of languages) {
    await show(`board?lang=${lang}`, 'time:not(:empty)')
    await shootAll(page, `board-1-none-${lang}`, boards)
  }
  for (const [service, at] of morning) {
    const id = randomUUID()
    await act('walk-in', { id, service })
    if (at) await act('call', { desk: at, arrival: id })
  }
  await page.route('**/day/summary', async route => {
    const response = await route.fetch()
    const whole = { came: 172, done: 161, no_show: 7, cancelled: 4, median_wait_ms: 780_000 }
    await route.fulfill({ response, json: { ...(await response.json()), ...whole, hours: busy } })
  })
  for (const lang of languages) {
    await show(`board?lang=${lang}`, '.newest .number')
    await shootAll(page, `board-2-calls-${lang}`, boards)
    await show(`day?lang=${lang}`, 'table')
    await shootAll(page, `day-${lang}`, days)
  }
  await context.close()
  await gate.stop()
}
