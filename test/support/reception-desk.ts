import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { createReception, type Reception } from '@qrgate/reception'
import { type HandOffView, paths } from '@qrgate/sdk/protocol'
import pino from 'pino'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { system } from '../../server/src/protocol/log-event.ts'
import { type Gate, temporaryFolder } from './gate.ts'
import {
  choose,
  clientsOf,
  handOffOf,
  startHandOffGate,
  type Visiting,
  visitAt,
} from './hand-off-gate.ts'
import type { Kiosk } from './kiosk.ts'
import { enrolIn } from './stored.ts'
import { kioskOf } from './told-clients.ts'

const both = (ko: string, en: string) => ({ ko, en })

/** What the clinic of these tests has: two rooms that see patients, one of them tests too; a cashier. */
const clinic = {
  services: [
    { id: 'exam', letter: 'A', name: both('진료 접수', 'See a doctor'), icon: 'doctor' },
    { id: 'test', letter: 'B', name: both('검사 접수', 'Tests'), icon: 'test' },
    {
      ...{ id: 'pay', letter: 'C', name: both('수납', 'Pay'), icon: 'pay' },
      place: { name: both('수납 대기실', 'Cashiers'), floor: both('1층', 'Ground floor') },
    },
  ],
  desks: [
    { id: 'room-1', name: both('내과 1진료실', 'Room 1'), services: ['exam'] },
    { id: 'room-2', name: both('내과 2진료실', 'Room 2'), services: ['exam', 'test'] },
    { id: 'pay-1', name: both('수납 1번', 'Cashier 1'), services: ['pay'] },
  ],
}

/** A gate, and reception beside it as its client. */
export interface Clinic {
  gate: Gate
  kiosk: Kiosk
  /** Of reception, with its base. */
  url: string
  link(): Promise<string>
  /** A desk's page in a browser of its own, opened by its link. */
  open(browser: Browser, query?: string, options?: BrowserContextOptions): Promise<Page>
  /** Somebody comes by kiosk and phone. */
  visit(service: string): Promise<Visiting & { handOff: HandOffView }>
  callStaff(): Promise<void>
  stop(): Promise<void>
  start(): Promise<void>
}

/** @param through where reception reaches the gate, if not at its own address. */
export async function startClinic(
  t: TestContext,
  through: (gate: string) => Promise<string> = async gate => gate,
): Promise<Clinic> {
  let reception: Reception | undefined
  const server = createServer((request, response) => {
    if (reception) reception.handle(request, response)
    else request.socket.destroy()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const url = `http://${host}/reception`
  const gate = await startHandOffGate(t, [{ host }])
  const room = clientsOf(gate)
  const { credential, webhookSecret } = await room.add(
    {
      id: 'clinic',
      name: both('서울내과의원', 'Seoul Clinic'),
      claims: ['masked_name', 'external_id'],
      endpoint: `${url}/webhook`,
    },
    system,
  )
  await room.set('clinic', { staffCalls: true }, system)
  const dataDir = temporaryFolder(t)
  writeFileSync(join(dataDir, 'reception.json'), JSON.stringify(clinic))
  const reached = await through(gate.url)
  const start = async () => {
    reception = await createReception({
      gate: reached,
      credential,
      webhookSecrets: [webhookSecret],
      dataDir,
      publicUrl: `http://${host}`,
      base: '/reception',
      logger: pino({ level: 'silent' }),
    })
    await reception.start()
  }
  const stop = async () => {
    const ending = reception
    reception = undefined
    server.closeAllConnections()
    await ending?.close()
  }
  await start()
  t.after(async () => {
    await stop()
    server.close()
  })
  const kiosk = await kioskOf(gate, 'clinic')
  const link = async () => `http://${host}${await reception?.deskLink()}`
  return {
    gate,
    kiosk,
    url,
    start,
    stop,
    link,
    async open(browser, query = '?lang=ko', options = {}) {
      const context = await browser.newContext({
        viewport: { width: 1440, height: 900 },
        locale: 'ko',
        ...options,
      })
      // Time goes on as it does, and faster where a test says so.
      await context.clock.install()
      const page = await context.newPage()
      await page.goto((await link()).replace('#', `${query}#`))
      await page.locator('.card').first().waitFor()
      return page
    },
    async visit(service) {
      const visiting = await visitAt(gate, kiosk)
      await choose(kiosk, visiting.signIn, service)
      const isThere = ({ state }: HandOffView) => state === 'accepted'
      return { ...visiting, handOff: await handOffOf(kiosk, visiting.signIn, isThere) }
    },
    async callStaff() {
      const { row, credential: own } = await enrolIn(gate.app.store, '2층')
      const next = { ...row, client: 'clinic' }
      await gate.app.store.kiosks.update(row.number, () => ({ next, events: [], quiet: true }))
      const answer = await fetch(gate.url + paths.staffCall, {
        method: 'POST',
        headers: {
          cookie: `qrgate-kiosk=${own}`,
          origin: gate.url,
          'content-type': 'application/json',
        },
        body: '{}',
      })
      assert.equal(answer.status, 204, await answer.text())
    },
  }
}
