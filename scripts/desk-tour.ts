// The desk's page in pictures. What reception would say stands here, so that each state can be had.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import type { ArrivalView, DeskState } from '../reception/src/wire.ts'
import { languages, save } from './tour.ts'

const sizes = {
  wide: { width: 1440, height: 900 },
  tablet: { width: 1024, height: 768 },
  narrow: { width: 390, height: 844 },
}
const both = (ko: string, en: string) => ({ ko, en })
const minute = 60_000
const names = ['김*수', '윤*아', '장*호', '문*선', '배*은', 'J*** D**']

function arrival(number: string, service: string, minutes: number): ArrivalView {
  const count = Number(number.slice(2))
  return {
    id: number,
    number,
    state: 'waiting',
    service,
    ...(service !== 'pay' && { name: names[count % 6] ?? '', external_id: `P-00${count + 40}` }),
    walk_in: service === 'pay',
    came_at: Date.now() - minutes * minute,
    waiting_since: Date.now() - minutes * minute,
    recalls: 0,
    coming: number === 'B-004',
  }
}

function stateOf(scene: string): DeskState {
  const serving = (number: string, service: string, minutes: number): ArrivalView => ({
    ...arrival(number, service, minutes),
    state: number === 'A-008' ? 'cancelled' : 'called',
    called_at: Date.now() - minutes * minute,
  })
  const isEmpty = scene === 'empty'
  const usual = [
    ...[arrival('A-009', 'exam', 16), arrival('A-010', 'exam', 11), arrival('B-004', 'test', 9)],
    ...[arrival('C-007', 'pay', 5), arrival('A-012', 'exam', 0)],
  ]
  const many = Array.from({ length: 30 }, (_, index) =>
    arrival(`A-0${index + 20}`, 'exam', 30 - index),
  )
  const room = (id: string, ko: string, en: string, services: string[], there: ArrivalView) => ({
    id,
    name: both(ko, en),
    services,
    ...(!isEmpty && { serving: there }),
  })
  return {
    now: Date.now(),
    site: both('서울내과의원', 'Seoul Clinic'),
    time_zone: 'Asia/Seoul',
    day: '2026-11-29',
    today: isEmpty ? { came: 0, done: 0 } : { came: 96, done: 80 },
    services: [
      { id: 'exam', name: both('진료 접수', 'See a doctor'), letter: 'A', closed: false },
      { id: 'test', name: both('검사 접수', 'Tests'), letter: 'B', closed: false },
      { id: 'pay', name: both('수납', 'Pay'), letter: 'C', closed: true },
    ],
    desks: [
      room('room-1', '내과 1진료실', 'Room 1', ['exam'], serving('A-006', 'exam', 4)),
      room('room-2', '내과 2진료실', 'Room 2', ['exam', 'test'], serving('A-008', 'exam', 9)),
      room('pay-1', '수납 1번', 'Cashier 1', ['pay'], serving('C-006', 'pay', 2)),
    ],
    waiting: isEmpty ? [] : scene === 'many' ? many : usual,
    staff_calls:
      scene === 'staff'
        ? [{ id: 'k', kiosk: both('제증명 키오스크', 'Papers kiosk'), at: Date.now() - 40_000 }]
        : [],
    gate: scene === 'staff' ? 'away' : 'reached',
  }
}

const types: Record<string, string> = {
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

async function startDesk(scene: string) {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? ''
    if (path === '/desk/session') response.writeHead(scene === 'locked' ? 401 : 204).end()
    else if (path === '/desk/live') {
      response.setHeader('content-type', 'text/event-stream')
      response.write(`data: ${JSON.stringify(stateOf(scene))}\n\n`)
    } else if (request.method === 'POST' && scene === 'full') {
      response.writeHead(503).end(JSON.stringify({ code: 'storage_busy' }))
    } else if (request.method === 'POST') {
      response.end(JSON.stringify({ arrival: arrival('A-013', 'exam', 0), undo: 'u' }))
    } else {
      const file = path === '/desk' ? '/desk.html' : path
      response.setHeader(
        'content-type',
        types[extname(file)] ?? (extname(file) === '.html' ? 'text/html' : ''),
      )
      response.end(readFileSync(new URL(`../reception/public${file}`, import.meta.url)))
    }
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const stop = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/desk`, stop }
}

/** What somebody does before each picture. */
const scenes: Record<string, (page: Page) => Promise<void>> = {
  normal: async () => {},
  empty: async () => {},
  many: async () => {},
  staff: async () => {},
  locked: async () => {},
  undo: page => page.locator('[data-key="done"]').first().click(),
  full: page => page.locator('[data-key="done"]').first().click(),
  menu: page => page.locator('.card summary').first().click(),
  keys: page => page.keyboard.press('?'),
  'walk-in': page => page.locator('main > header > button').click(),
  given: async page => {
    await page.locator('main > header > button').click()
    await page.locator('dialog[open] [type=radio]').first().check()
    await page.locator('dialog[open] .primary').click()
    await page.locator('dialog .number').waitFor()
  },
}

export async function deskTour(browser: Browser): Promise<void> {
  for (const [scene, act] of Object.entries(scenes)) {
    const desk = await startDesk(scene)
    for (const [sizeName, size] of Object.entries(sizes)) {
      for (const lang of languages) {
        const page = await browser.newPage({ viewport: size })
        await page.goto(`${desk.url}?lang=${lang}`)
        await page.locator('.card, .locked code').first().waitFor()
        await act(page)
        await save(page, `desk-${scene}-${sizeName}-${lang}`)
        await page.close()
      }
    }
    desk.stop()
  }
}
