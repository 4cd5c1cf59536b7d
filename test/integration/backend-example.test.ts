import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import {
  type ClaimAnswer,
  type HandOffView,
  paths,
  type Service,
  type SignInView,
  type StartAnswer,
} from '@qrgate/sdk/protocol'
import { createClients } from '../../server/src/clients/clients.ts'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import { freePort, type Gate, type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { agreementOn } from '../support/told-clients.ts'

const example = fileURLToPath(new URL('../../examples/backend-node/check-in.ts', import.meta.url))
/** The gate must be able to open the webhook secret that this test makes. */
const secretKey = 'a secret key that only this test uses: 32 bytes and more'

const service = (id: string): Service => ({
  id,
  name: { ko: '진료 접수', en: 'See a doctor' },
  icon: 'doctor',
})

/** The example as its reader would run it, with its number file over all its restarts. */
class Backend {
  readonly url: string
  readonly #env: Record<string, string>
  #child: ChildProcess | undefined
  readonly lines: string[] = []

  constructor(t: TestContext, port: number, env: Record<string, string>) {
    this.url = `http://127.0.0.1:${port}`
    this.#env = { ...env, PORT: `${port}`, DATA: join(temporaryFolder(t), 'check-in.sqlite') }
    t.after(() => this.kill())
  }

  async boot(): Promise<void> {
    const env = { PATH: process.env.PATH, ...this.#env }
    const child = spawn(process.execPath, ['-C', 'source', example], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env,
    })
    this.#child = child
    const before = this.lines.length
    createInterface(child.stdout).on('line', line => this.lines.push(line))
    await until('the backend listens', () => this.lines.slice(before).includes(this.url))
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const exited = new Promise(resolve => child.on('exit', resolve))
    child.kill('SIGKILL')
    await exited
  }

  async said(line: string): Promise<void> {
    await until(`the backend says ${line}`, () => this.lines.includes(line))
  }

  async post<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path, { method: 'POST' })
    assert.equal(answer.status, 200)
    return (await answer.json()) as T
  }
}

/** A gate with a client whose endpoint is the example's, and a kiosk of this client. */
async function clinic(t: TestContext) {
  const port = await freePort()
  const settings = { SECRET_KEY: secretKey, QRGATE_WEBHOOK_HOSTS: `127.0.0.1:${port}` } as Settings
  const gate = await startGate(t, settings)
  const clock = createClock()
  const { store } = gate.app
  const sealed = sealedTexts(deriveKeyring([secretKey], 'webhook secret'), randomBytes)
  const clients = createClients({ records: store.clients, sealed, clock, randomBytes })
  const { credential, webhookSecret } = await clients.add(
    {
      id: 'clinic',
      name: { ko: '서울내과', en: 'Seoul Clinic' },
      claims: ['name'],
      endpoint: `http://127.0.0.1:${port}/webhook`,
    },
    system,
  )
  const kiosks = createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
  const desk = { ko: '1층 접수 1번', en: 'Reception 1' }
  const { credential: kiosk } = await kiosks.enrol(desk, system, 'clinic')
  const backend = new Backend(t, port, {
    GATE: gate.url,
    KIOSK_CREDENTIAL: kiosk,
    CLIENT_CREDENTIAL: credential,
    WEBHOOK_SECRET: webhookSecret,
  })
  await backend.boot()
  const offer = async (...services: Service[]) => {
    const answer = await fetch(gate.url + paths.clientServices, {
      method: 'PUT',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify({ services }),
    })
    assert.equal(answer.status, 200, await answer.text())
  }
  return { gate, backend, offer }
}

/** Somebody new comes and signs in at the kiosk. */
async function arrive(gate: Gate, backend: Backend, account: string) {
  const started = await backend.post<StartAnswer>('/start')
  const phone = new Phone(gate.url)
  const { id, page, receipt } = await phone.open(started.frame.url)
  assert.equal((await phone.post(`/s/${id}/scan`, { receipt })).status, 200)
  const fields = { account, name: '홍길동', password: 'correct horse battery' }
  await phone.post(`/s/${id}/sign-up`, { ...fields, agreement: agreementOn(page) })
  const ask = (path: string, body?: object) =>
    fetch(gate.url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${started.kiosk_secret}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      body: body ? JSON.stringify(body) : null,
    })
  /** What the kiosk's screen is told of the hand-off. */
  const handOff = async (state: HandOffView['state']): Promise<HandOffView> => {
    let view: SignInView | undefined
    await until(`the hand-off is ${state}`, async () => {
      view = (await (await ask(paths.signIn(id))).json()) as SignInView
      return view.hand_off?.state === state
    })
    assert.ok(view?.hand_off)
    return view.hand_off
  }
  return { id, phone, ask, handOff }
}

test('the backend example: from the QR to a number that is called, and over', async t => {
  const { gate, backend, offer } = await clinic(t)
  await offer(service('consultation'))

  // A single service is asked for by signing in alone.
  const hong = await arrive(gate, backend, 'hong')
  await until('somebody has arrived', () =>
    backend.lines.some(line => /^arrived 홍\*동/.test(line)),
  )
  const arrived = backend.lines.find(line => line.startsWith('arrived')) ?? ''
  const { sub, name } = JSON.parse(arrived.slice(arrived.indexOf('{')))
  assert.match(sub, /^[\w-]{43}$/)
  assert.equal(name, '홍길동')
  assert.equal((await hong.handOff('accepted')).ticket?.number, 'A-001')
  await backend.said('hand_off.requested A-001')

  // Of several the visitor chooses one.
  await offer(service('consultation'), service('papers'))
  const kim = await arrive(gate, backend, 'kim')
  await until('two have arrived', () => backend.lines.filter(l => /^arrived/.test(l)).length === 2)
  const claim = (await (await kim.ask(paths.claim(kim.id), {})).json()) as ClaimAnswer
  assert.deepEqual(
    claim.services?.map(({ id }) => id),
    ['consultation', 'papers'],
  )
  assert.equal((await kim.ask(paths.service(kim.id), { service: 'papers' })).status, 200)
  const accepted = await kim.handOff('accepted')
  assert.equal(accepted.ticket?.number, 'A-002')
  assert.equal(accepted.service.id, 'papers')

  assert.deepEqual(await backend.post('/call'), { number: 'A-001' })
  await hong.handOff('called')
  assert.deepEqual(await backend.post('/end'), { number: 'A-001' })
  await hong.handOff('done')

  // "Not today", on the phone: nobody calls that number.
  assert.ok((await kim.phone.post(`/s/${kim.id}/cancel-hand-off`, {})).status < 400)
  await kim.handOff('cancelled')
  await backend.said('hand_off.cancelled A-002')
  assert.deepEqual(await backend.post('/call'), {})
})

test('the backend example: killed while somebody asks, it gives the number when it is back', async t => {
  const { gate, backend, offer } = await clinic(t)
  await offer(service('consultation'), service('papers'))
  const hong = await arrive(gate, backend, 'hong')
  await until('somebody has arrived', () => backend.lines.some(line => line.startsWith('arrived')))
  await backend.kill()
  assert.equal((await hong.ask(paths.service(hong.id), { service: 'papers' })).status, 200)
  await hong.handOff('requested')
  await backend.boot()
  assert.equal((await hong.handOff('accepted')).ticket?.number, 'A-001')
  // The same service again is the same hand-off, and the same number.
  await hong.ask(paths.service(hong.id), { service: 'papers' })
  assert.equal((await hong.handOff('accepted')).ticket?.number, 'A-001')
  assert.equal(backend.lines.filter(line => line.startsWith('hand_off.requested')).length, 1)
})
