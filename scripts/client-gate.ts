// A gate with a client of its own: what the client answers, offers and says later is a tour's to decide.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { DemoGate } from './demo-gate.ts'
import { signUp, stands } from './tour.ts'

/** What the client is asked: a hand-off's id, and which service it is for. */
export interface Asked {
  id: string
  service: string
}

export interface ClientGate {
  gate: DemoGate
  /** What visitors may ask for from now on. */
  offer(services: readonly object[]): Promise<void>
  /** What the client says of a hand-off later. */
  say(id: string, change: object): Promise<void>
  /** A kiosk's page becomes one of the client's, which hears of calls for staff. */
  serve(kiosk: Page): Promise<void>
  stop(): Promise<void>
}

/** @param answerTo what the client answers at once; null: received, more follows. */
export async function startClientGate(
  browser: Browser,
  answerTo: (asked: Asked) => object | null,
): Promise<ClientGate> {
  const client = await startClient(answerTo)
  const gate = await DemoGate.start({
    QRGATE_LOG_LEVEL: 'silent',
    QRGATE_WEBHOOK_HOSTS: client.host,
  })
  await signUp(browser, gate)
  const endpoint = `http://${client.host}/hooks`
  const added = gate.command('client', 'add', 'clinic', '서울내과', '--endpoint', endpoint)
  const credential = /\S{40,}/.exec(added.replaceAll(/whsec_\S+/g, ''))?.[0] ?? ''
  const tell = async (method: string, path: string, body: object) => {
    const answer = await fetch(gate.url + path, {
      method,
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    if (!answer.ok) throw new Error(await answer.text())
  }
  return {
    gate,
    offer: services => tell('PUT', '/api/v1/clients/self/services', { services }),
    say: (id, change) => tell('PATCH', `/api/v1/hand-offs/${id}`, change),
    async serve(page) {
      const number = await page.evaluate(
        async () => (await (await fetch('/api/v1/kiosk')).json()).number,
      )
      gate.command('kiosk', 'set', `${number}`, '--client', 'clinic')
      await page.route('**/api/v1/kiosk', async route => {
        const response = await route.fetch()
        await route.fulfill({ response, json: { ...(await response.json()), staff_call: true } })
      })
      await page.reload()
      await stands(page, 'idle')
    },
    async stop() {
      await gate.stop()
      client.stop()
    },
  }
}

async function startClient(answerTo: (asked: Asked) => object | null) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { type, data } = JSON.parse(body) as { type: string; data: Asked }
    const answer = type === 'hand_off.requested' ? answerTo(data) : null
    if (answer) response.end(JSON.stringify(answer))
    // Received; nothing follows.
    else response.writeHead(202).end()
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return { host, stop: () => server.close() }
}
