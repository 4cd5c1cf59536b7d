import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { hash } from '@node-rs/argon2'
import type { ClaimAnswer, StartAnswer } from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { createClients } from '../../server/src/clients/clients.ts'
import { type ClaimName, claimNames } from '../../server/src/protocol/claims.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { Gate } from './gate.ts'
import { Kiosk } from './kiosk.ts'
import { Phone } from './phone.ts'
import { addAccountsTo, enrolIn } from './stored.ts'

/** Two of one masked name, whom a backend must be able to tell apart, and a kiosk must not. */
export const patients = [
  { id: 'canary-hong', name: '홍길동', externalId: 'P-0042' },
  { id: 'canary-heo', name: '홍남동', externalId: null },
] as const
export type Patient = (typeof patients)[number]

/** What there is to know of a patient, besides the `sub`. */
export const known = ({ id, name, externalId }: Patient): Record<ClaimName, string | null> => ({
  masked_name: '홍*동',
  name,
  account_id: id,
  external_id: externalId,
})

/** A client: what its visitors have agreed to, and what an operator grants it by now. */
export interface Told {
  agreed: readonly ClaimName[]
  granted: readonly ClaimName[]
  /** What it may be told besides `sub`. */
  may: readonly ClaimName[]
}

export const clients: Record<string, Told> = {
  nothing: { agreed: [], granted: [], may: [] },
  everything: { agreed: claimNames, granted: claimNames, may: claimNames },
  ...Object.fromEntries(
    claimNames.map(claim => [
      `only-${claim.replace('_', '-')}`,
      { agreed: [claim], granted: [claim], may: [claim] },
    ]),
  ),
  'taken-away': { agreed: claimNames, granted: ['masked_name'], may: ['masked_name'] },
  'granted-later': { agreed: ['masked_name'], granted: claimNames, may: ['masked_name'] },
  'never-both': { agreed: ['name'], granted: ['external_id'], may: [] },
}

/** A patient's visit at a client's kiosk, and all that was said of it. */
export interface ToldVisit {
  patient: Patient
  signIn: StartAnswer
  /** The page that the patient signed in on. */
  page: string
  /** What the screen was told, to the letter. */
  screen: string
  client: Required<Pick<ClaimAnswer, 'claims' | 'id_token'>> & ClaimAnswer
  /** What the phone is told afterwards: page and JSON. */
  phone: string
}

/** A row of the table, with what it needs to ask. */
export interface Asking extends Told {
  gate: Gate
  client: string
  credential: string
  kiosk: Kiosk
  visits: readonly ToldVisit[]
  /** What this client calls a patient. */
  subOf(patient: Patient): string
}

const password = 'correct horse battery'

/**
 * Clients with a kiosk each, where both patients sign in; between page and claim the grants change.
 * @param origin what the patients' browsers take the gate for.
 */
export async function toldClients(
  gate: Gate,
  only?: readonly string[],
  origin = gate.url,
): Promise<Asking[]> {
  const { store } = gate.app
  await addPatients(store)
  const sealed = sealedTexts(deriveKeyring(['a key of this test'], 'webhook secret'), randomBytes)
  const room = createClients({ records: store.clients, sealed, clock: () => 0, randomBytes })
  const rows: Asking[] = []
  for (const [client, told] of Object.entries(clients)) {
    if (only && !only.includes(client)) continue
    const { credential } = await room.add(
      {
        id: client,
        name: { ko: '서울내과', en: 'Seoul Clinic' },
        claims: told.agreed,
        endpoint: 'https://emr.example.org/hooks',
      },
      system,
    )
    const kiosk = await kioskOf(gate, client)
    const visits: ToldVisit[] = []
    for (const patient of patients) {
      await room.set(client, { claims: told.agreed }, system)
      const grant = () => room.set(client, { claims: told.granted }, system)
      const phone = new Phone(gate.url, { 'accept-language': 'ko', origin })
      visits.push(await visit(phone, kiosk, patient, credential, grant))
    }
    const subOf = (patient: Patient) =>
      visits.find(visit => visit.patient === patient)?.client.claims.sub ?? ''
    rows.push({ ...told, gate, client, credential, kiosk, visits, subOf })
  }
  return rows
}

async function addPatients(store: Store): Promise<void> {
  const passwordHash = await hash(password, hashCost)
  await addAccountsTo(
    store,
    patients.map(({ id, name }) => ({ id, name, passwordHash })),
  )
  for (const { id, externalId } of patients) {
    const account = await accountOf(store, id)
    const next = { ...account, externalId }
    await store.accounts.update(account.key, () => ({ next, events: [], quiet: true }))
  }
}

/** A gate, wherever it runs, and what it has stored. */
export interface StoredGate {
  url: string
  app: { store: Store }
}

/** A kiosk of a client. */
export async function kioskOf(gate: StoredGate, client: string | null): Promise<Kiosk> {
  const { store } = gate.app
  const { row, credential } = await enrolIn(store, '1층 접수')
  const next = { ...row, client }
  await store.kiosks.update(row.number, () => ({ next, events: [], quiet: true }))
  return new Kiosk(gate.url, credential)
}

export async function accountOf({ accounts }: Store, id: string): Promise<Account> {
  const account = await accounts.byIdKey(id)
  assert.ok(account)
  return account
}

/** What a page says that others are told, as its form carries it. */
export function agreementOn(page: string): string {
  return /name="agreement" value="([^"]+)"/.exec(page)?.[1] ?? ''
}

async function visit(
  phone: Phone,
  kiosk: Kiosk,
  patient: Patient,
  credential: string,
  meanwhile: () => Promise<unknown>,
): Promise<ToldVisit> {
  const signIn = await kiosk.start()
  const { id } = signIn
  const { page, receipt } = await phone.open(await kiosk.frame(signIn))
  const fields = { account: patient.id, password, receipt, agreement: agreementOn(page) }
  const signedIn = await phone.post(`/s/${id}/sign-in`, fields)
  assert.equal(signedIn.status, 200, await signedIn.text())
  await meanwhile()
  const screen = JSON.stringify(await kiosk.claimed(signIn))
  const answer = await claimFor(kiosk, signIn, credential)
  assert.equal(answer.status, 200)
  const client = (await answer.json()) as ToldVisit['client']
  const texts = [await phone.get(`/s/${id}`), await phone.get(`/s/${id}`, 'application/json')]
  const told = await Promise.all(texts.map(text => text.text()))
  return { patient, signIn, page, screen, client, phone: told.join('\n') }
}

/** A claim by the kiosk's client. */
export function claimFor(kiosk: Kiosk, { id, kiosk_secret }: StartAnswer, credential: string) {
  return kiosk.post(paths.claim(id), kiosk_secret, { client_credential: credential })
}
