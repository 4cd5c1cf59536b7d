import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type KioskView, paths, type StartAnswer } from '@qrgate/sdk/protocol'
import { createAccountAdmin } from '../../server/src/accounts/account-admin.ts'
import { createPasswordHasher } from '../../server/src/accounts/password.ts'
import { createRecoveries } from '../../server/src/accounts/recovery.ts'
import { createClock } from '../../server/src/clock.ts'
import { kioskCookie, rememberedCookieName } from '../../server/src/http/server/cookies.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { Method } from '../../server/src/protocol/policy-document.ts'
import { wholeLog } from '../conformance/rows.ts'
import { Authenticator } from './authenticator.ts'
import { enrol } from './enrol.ts'
import type { Gate } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { toMake, toUse } from './passkey-page.ts'
import { patiently, until } from './patience.ts'
import { Phone } from './phone.ts'
import { erasureIn } from './stored.ts'

export const [password, another] = ['correct horse battery', 'another horse entirely']
const passwords = await createPasswordHasher(60_000)
const clock = createClock()
let people = 0

/** A gate with a kiosk of its own. */
export interface Place {
  gate: Gate
  kiosk: Kiosk
  enrolled: Awaited<ReturnType<typeof enrol>>
}

export async function placeAt(gate: Gate): Promise<Place> {
  const enrolled = await patiently(() => enrol(gate))
  return { gate, enrolled, kiosk: new Kiosk(gate.url, enrolled.credential) }
}

/** Somebody who may come back by every way. */
export interface Owner {
  phone: Phone
  id: string
  key: string
  authenticator: Authenticator
}

export async function ownerAt({ gate, kiosk }: Place): Promise<Owner> {
  people += 1
  const [phone, id] = [new Phone(gate.url), `gildong-${people}`]
  const signIn = await kiosk.start()
  await phone.scan(signIn.frame.url)
  const fields = { account: id, name: '홍길동', password, remember: 'on' }
  assert.equal((await phone.post(`/s/${signIn.id}/sign-up`, fields)).status, 200)
  await kiosk.claimed(signIn)
  const asked = toMake(await (await phone.get(`/s/${signIn.id}`)).text(), gate)
  const authenticator = new Authenticator()
  const credential = authenticator.create(asked ?? assert.fail())
  assert.equal((await phone.post(`/s/${signIn.id}/passkeys`, { credential })).status, 200)
  const { account } = (await gate.app.store.signIns.read(signIn.id)) ?? {}
  return { phone, id, key: account ?? assert.fail(), authenticator }
}

/** A scanned sign-in, and how its owner comes to approve it. */
export interface Visit {
  place: Place
  owner: Owner
  signIn: StartAnswer
  /** @param by the browser that sends it. */
  send(by?: Phone): Promise<string>
}

/** What each way sends, from the page of a sign-in. */
export const ways: Record<
  Method,
  (id: string, owner: Owner, page: string, gate: Gate) => [string, object]
> = {
  password: (id, owner) => [`/s/${id}/sign-in`, { account: owner.id, password, ...wanted }],
  passkey: (id, { authenticator }, page, gate) => [
    `/s/${id}/passkey`,
    { credential: authenticator.get(toUse(page, gate)) },
  ],
  remembered: id => [`/s/${id}/approve`, {}],
  sign_up: id => [`/s/${id}/sign-up`, { account: newId(id), name: '김철수', password, ...wanted }],
}

/** Where the box is ticked, so that it is seen whom it remembers. */
const wanted = { remember: 'on' }
export const newId = (signIn: string) => `new-${signIn}`

export async function visit(way: Method, place: Place, { isScanned = true } = {}): Promise<Visit> {
  const { gate, kiosk } = place
  const owner = await ownerAt(place)
  const signIn = await kiosk.start()
  const opened = await owner.phone.open(signIn.frame.url)
  const { receipt } = opened
  if (isScanned) await owner.phone.post(`/s/${signIn.id}/scan`, { receipt })
  const page = isScanned
    ? await (await owner.phone.get(`/s/${signIn.id}?form=sign-in`)).text()
    : opened.page
  const [path, fields] = ways[way](signIn.id, owner, page, gate)
  const send = async (by = owner.phone) => {
    const answer = await by.post(path, fields as Record<string, string>)
    if (answer.status >= 400) assertGivesNothing(answer, way)
    return codeOf(answer)
  }
  return { place, owner, signIn, send }
}

/** A refusal has no secret in it that would open anything later. */
function assertGivesNothing(answer: Response, way: Method): void {
  const kept = answer.headers.getSetCookie().filter(line => !line.startsWith('qrgate-typed='))
  assert.deepEqual(kept, [], way)
}

export async function codeOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { code?: string; state?: string }
  return body.code ?? body.state ?? ''
}

export async function eventsOf({ place: { gate }, signIn }: Visit): Promise<string[]> {
  const rows = await wholeLog(gate.app.store)
  const told = rows.filter(({ subject }) => subject === signIn.id)
  return [...new Set(told.map(({ event }) => `${event}`))]
}

/** What somebody else does to the account, beside the gate. */
export const strokes = {
  disabled: async ({ place, owner }: Visit) => adminOf(place).disable(owner, system),
  erased: async ({ place, owner }: Visit) => erasureIn(place.gate.app.store).erase(owner, system),
  'given another password': async ({ place, owner }: Visit) =>
    adminOf(place).changePassword(owner, another, system),
  recovered: async ({ place, owner }: Visit) => {
    const link = await adminOf(place).beginRecovery(owner, system)
    const records = place.gate.app.store.accounts
    const recoveries = createRecoveries({ records, passwords, siteNames: [], clock })
    await recoveries.recover({ link, browser: '' }, another, '127.0.0.1')
  },
}

function adminOf({ gate }: Place) {
  const records = gate.app.store.accounts
  const admin = createAccountAdmin({ records, passwords, siteNames: [], clock, randomBytes })
  return {
    ...admin,
    changePassword: (owner: Owner, to: string, by: typeof system) =>
      gate.app.store.accounts
        .byKey(owner.key)
        .then(account => admin.changePassword(account ?? assert.fail(), to, by)),
  }
}

/** Happens right behind the read by which a way is sure of its account. */
export function behindTheProof(visit: Visit, stroke: (visit: Visit) => Promise<unknown>): void {
  const { accounts } = visit.place.gate.app.store
  const { byKey } = accounts
  accounts.byKey = async key => {
    const account = await byKey(key)
    if (key !== visit.owner.key) return account
    accounts.byKey = byKey
    await patiently(() => stroke(visit))
    return account
  }
}

/** Nobody but the owner's own phone has its key: what it keeps besides, a thief may have. */
export const withoutKey = ({ place, owner }: Visit) => {
  const [, secret = ''] =
    new RegExp(`${rememberedCookieName}=([^;]*)`).exec(owner.phone.cookies) ?? []
  return new Phone(place.gate.url, {}, [`${rememberedCookieName}=${secret}`])
}

/** A node looks at policies by itself, every two seconds. */
export const noticed = ({ gate, enrolled }: Place, version: number) =>
  until('the policy is known', async () => {
    const headers = { cookie: `${kioskCookie}=${enrolled.credential}` }
    const answer = await fetch(gate.url + paths.kiosk, { headers })
    return ((await answer.json()) as KioskView).policy?.version === version
  })
