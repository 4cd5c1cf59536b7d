import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type {
  ClaimAnswer,
  HandOffChange,
  HandOffView,
  Service,
  SignInView,
  StartAnswer,
} from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { createClients } from '../../server/src/clients/clients.ts'
import type { ClaimName } from '../../server/src/protocol/claims.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import { type Gate, type Settings, startGate } from './gate.ts'
import type { Kiosk } from './kiosk.ts'
import { until } from './patience.ts'
import { Phone } from './phone.ts'
import { Receiver } from './receiver.ts'
import { agreementOn, kioskOf, type StoredGate } from './told-clients.ts'

/** Of its gate. */
export const handOffKey = 'a secret key that only this test uses: 32 bytes and more'
export const password = 'correct horse battery'

export function service(id: string, change: Partial<Service> = {}): Service {
  return { id, name: { ko: `${id} 접수`, en: `${id} desk` }, icon: 'doctor', ...change }
}

export interface ClientOptions {
  id?: string
  claims?: readonly ClaimName[]
  services?: readonly Service[]
  staffCalls?: boolean
  /** The gate's, where it is not the one of {@link startGate}. */
  secretKey?: string
}

/** A client with a receiver of its own and a kiosk, at a gate. */
export interface ServedClient {
  id: string
  credential: string
  receiver: Receiver
  kiosk: Kiosk
  /** What the client says of its hand-offs. */
  patch(id: string, change: HandOffChange): Promise<{ status: number; body: unknown }>
}

export interface Visiting {
  signIn: StartAnswer
  phone: Phone
  claim: ClaimAnswer
}

/** A gate that may reach these receivers. */
export async function startHandOffGate(
  t: TestContext,
  receivers: readonly { host: string }[],
  settings: Settings = {},
): Promise<Gate> {
  const hosts = receivers.map(({ host }) => host).join(',')
  return startGate(t, { QRGATE_WEBHOOK_HOSTS: hosts, ...settings })
}

/** The room where a gate's clients are kept, for tests that play its operator. */
export function clientsOf({ app }: StoredGate, key = handOffKey) {
  const sealed = sealedTexts(deriveKeyring([key], 'webhook secret'), randomBytes)
  const records = app.store.clients
  return createClients({ records, sealed, clock: () => 0, randomBytes })
}

export async function addServedClient(
  gate: StoredGate,
  receiver: Receiver,
  options: ClientOptions = {},
): Promise<ServedClient> {
  const { id = 'clinic', claims = ['name'], services = [service('exam')], staffCalls } = options
  const room = clientsOf(gate, options.secretKey)
  const { credential, webhookSecret } = await room.add(
    { id, name: { ko: '서울내과', en: 'Seoul Clinic' }, claims, endpoint: receiver.url },
    system,
  )
  receiver.trust(webhookSecret)
  await room.setServices(id, services, system)
  if (staffCalls) await room.set(id, { staffCalls }, system)
  const kiosk = await kioskOf(gate, id)
  const patch = async (handOff: string, change: HandOffChange) => {
    const answer = await fetch(gate.url + paths.handOff(handOff), {
      method: 'PATCH',
      headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
      body: JSON.stringify(change),
    })
    return { status: answer.status, body: await answer.json() }
  }
  return { id, credential, receiver, kiosk, patch }
}

/** The simplest of all: one client with one receiver. */
export async function startServed(t: TestContext, options?: ClientOptions, settings?: Settings) {
  const receiver = await Receiver.start(t)
  const gate = await startHandOffGate(t, [receiver], settings)
  return { gate, ...(await addServedClient(gate, receiver, options)) }
}

let visitors = 0

/** Somebody new signs up at the kiosk, agreeing to what the page says. */
export async function approve(
  gate: { url: string },
  kiosk: Kiosk,
  origin = gate.url,
): Promise<Omit<Visiting, 'claim'>> {
  visitors += 1
  const account = `visitor${visitors}-${process.pid}`
  const signIn = await kiosk.start()
  const phone = new Phone(gate.url, { 'accept-language': 'ko', origin })
  const { page, receipt } = await phone.open(await kiosk.frame(signIn))
  const fields = { account, name: '홍길동', password, receipt, agreement: agreementOn(page) }
  const answer = await phone.post(`/s/${signIn.id}/sign-up`, fields)
  if (answer.status !== 200) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
  return { signIn, phone }
}

export async function visitAt(gate: Gate, kiosk: Kiosk): Promise<Visiting> {
  const { signIn, phone } = await approve(gate, kiosk)
  return { signIn, phone, claim: await kiosk.claimed(signIn) }
}

export async function choose(kiosk: Kiosk, { id, kiosk_secret }: StartAnswer, service: string) {
  const answer = await kiosk.post(paths.service(id), kiosk_secret, { service, language: 'ko' })
  return { status: answer.status, body: (await answer.json()) as SignInView & { code?: string } }
}

/** How the hand-off of a sign-in stands at its kiosk, once it is as it should be. */
export async function handOffOf(
  kiosk: Kiosk,
  signIn: StartAnswer,
  isSo: (handOff: HandOffView) => boolean = () => true,
): Promise<HandOffView> {
  let seen: HandOffView | undefined
  await until('the hand-off is as it should be', async () => {
    seen = (await kiosk.view(signIn)).hand_off
    return seen !== undefined && isSo(seen)
  })
  return seen as HandOffView
}
