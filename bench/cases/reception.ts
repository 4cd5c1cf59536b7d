import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { Webhook } from 'standardwebhooks'
import { mostStreams } from '../../reception/src/live.ts'
import { freePort, type Scope } from '../../test/support/gate.ts'
import { call } from '../support/call.ts'
import { percentile, row, timed } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'

const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
/** So many wait at a time, so that each call moves a line. */
const line = 20
const desks = ['room-1', 'room-2', 'lab', 'cashier'] as const
const services = ['consultation', 'consultation', 'tests', 'payment'] as const

/** What 500 visitors, one after the other, have cost. */
interface Block {
  /** Processor time of reception for one visitor, in milliseconds. */
  cpu: number
  /** How long the gate waits for a number, a desk for its call, and a desk's page until it shows who has come. */
  number: number[]
  called: number[]
  shown: number[]
  /** Tickets that the gate was told anew, for one visitor. */
  told: number
}

/** What a visitor costs reception: early and late in a day of 2 000, with 89 such days behind it, and crowded. */
export async function measureReception(scope: Scope): Promise<void> {
  const fresh = await measureDay(scope, 0, 2_000)
  const [first, last] = [fresh[0], fresh.at(-1)] as [Block, Block]
  tell('the first 500 of a day', first, first)
  tell('the last 500 of a day of 2 000', last, first)
  const [later] = (await measureDay(scope, 89, 500)) as [Block]
  tell('the first 500, with 89 such days behind them', later, first)
  const [crowded] = (await measureDay(scope, 0, 500, mostStreams)) as [Block]
  tell('the first 500, with as many boards as there may be', crowded, first)
}

function tell(name: string, block: Block, floor: Block): void {
  const figures = `${block.cpu.toFixed(1)} ms CPU each, ${(block.cpu / floor.cpu).toFixed(2)} of the first`
  row('P20', name, `${figures}; ${block.told.toFixed(1)} tickets told each`)
  for (const what of ['number', 'called', 'shown'] as const) {
    const [p50, p95] = [percentile(block[what], 0.5), percentile(block[what], 0.95)]
    row('', `  ${what}`, `p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms`)
  }
}

async function measureDay(
  scope: Scope,
  behind: number,
  visitors: number,
  boards = 5,
): Promise<Block[]> {
  const gate = await startGate(scope)
  const reception = await MeasuredProcess.start(scope, {
    file: '../cases/reception-server.ts',
    args: [gate.url, `${behind}`],
    answersAt: '/healthz',
    env: { WEBHOOK_SECRET: webhookSecret },
  })
  const { url } = reception
  const cookie = await openDesk(url)
  const [seen, ...others] = await Promise.all([
    ...Array.from({ length: 10 }, () => listen(scope, `${url}/desk/live`, cookie)),
    ...Array.from({ length: boards }, () => listen(scope, `${url}/board/live`)),
  ])
  const act = (action: string, body: object) =>
    call(`${url}/desk/${action}`, {
      method: 'POST',
      headers: { cookie, origin: url },
      body: JSON.stringify(body),
    })
  const waiting = desks.map((): string[] => [])
  const blocks: Block[] = []
  for (let from = 0; from < visitors; from += 500) {
    const block: Block = { cpu: 0, number: [], called: [], shown: [], told: 0 }
    const [cpu, told] = [reception.cpuMicros() / 1000, gate.told()]
    for (let visitor = 0; visitor < 500; visitor += 1) {
      const at = visitor % desks.length
      const [desk, service, queue] = [desks[at], services[at], waiting[at]]
      const id = randomUUID()
      await call(`${url}/bench/pass-time`)
      const began = performance.now()
      const shown = seen?.has(id).then(() => block.shown.push(performance.now() - began))
      block.number.push(await timed(() => arrive(url, id, service ?? '')))
      queue?.push(id)
      await shown
      if (waiting.flat().length <= line) continue
      const next = queue?.shift()
      block.called.push(await timed(() => act('call', { desk, arrival: next })))
    }
    block.cpu = (reception.cpuMicros() / 1000 - cpu) / 500
    block.told = (gate.told() - told) / 500
    blocks.push(block)
  }
  // Streams that have fallen behind would miss who comes last.
  const id = randomUUID()
  const all = [seen, ...others.slice(0, 9)].map(stream => stream?.has(id))
  await arrive(url, id, 'papers')
  await Promise.all(all)
  await reception.stop('SIGKILL')
  return blocks
}

async function arrive(url: string, id: string, service: string): Promise<void> {
  const at = new Date()
  const claims = { sub: id, masked_name: '홍*동', external_id: `P-${id.slice(0, 4)}` }
  const body = JSON.stringify({ type: 'hand_off.requested', data: { id, service, claims } })
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`,
    'webhook-signature': new Webhook(webhookSecret).sign(id, at, body),
  }
  const answer = await call(`${url}/webhook`, { method: 'POST', body, headers })
  if (!answer.includes('"accepted"')) throw new Error(`no number: ${answer}`)
}

async function openDesk(url: string): Promise<string> {
  const link = (await call(`${url}/bench/link`)).split('#link=')[1]
  const answer = await fetch(`${url}/desk/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ link }),
  })
  return answer.headers.getSetCookie()[0]?.split(';')[0] ?? ''
}

/** A page that listens. */
async function listen(scope: Scope, url: string, cookie = '') {
  const leaving = new AbortController()
  scope.after(() => leaving.abort())
  const answer = await fetch(url, { headers: { cookie }, signal: leaving.signal })
  let wanted = { id: '', found: () => {} }
  void (async () => {
    const decoder = new TextDecoder()
    let before = ''
    for await (const chunk of answer.body ?? []) {
      const text = decoder.decode(chunk, { stream: true })
      if (wanted.id !== '' && (before + text).includes(wanted.id)) wanted.found()
      before = text
    }
  })().catch(() => {})
  return {
    has: (id: string) =>
      new Promise<void>(found => {
        wanted = { id, found }
      }),
  }
}

/** Of a gate, what reception asks. */
async function startGate(scope: Scope) {
  let told = 0
  const name = { ko: '서울내과의원', en: 'Seoul Clinic' }
  const site = { name, time_zone: 'Asia/Seoul', hours: [] }
  const server = createServer(async (request, response) => {
    const texts: Buffer[] = []
    for await (const chunk of request) texts.push(chunk)
    if (request.method !== 'PATCH') {
      response.end(JSON.stringify({ site }))
      return
    }
    const { hand_offs: all } = JSON.parse(`${Buffer.concat(texts)}`) as { hand_offs: object[] }
    told += all.length
    response.end(JSON.stringify({ results: all.map(one => ({ ...one, status: 'accepted' })) }))
  })
  const port = await freePort()
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  scope.after(() => server.close())
  return { url: `http://127.0.0.1:${port}`, told: () => told }
}
