import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type Claims, type ClientView, paths } from '@qrgate/sdk/protocol'
import { createClients } from '../../server/src/clients/clients.ts'
import { type ClaimName, claimNames } from '../../server/src/protocol/claims.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import type { Account } from '../../server/src/store/account.ts'
import type { Store } from '../../server/src/store/store.ts'
import { subjectKey } from '../../server/src/store/subject.ts'
import { freshId, scan, start } from '../conformance/rows.ts'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { addAccountsTo, enrolIn } from '../support/stored.ts'

/*
 * Who is told what: claims × clients × routes. Two patients whose masked names are the same; a client
 * for each choice of claims; and for each of them, what every route may say, to the letter.
 */

/** Two of one masked name, whom a backend must be able to tell apart. */
const patients = [
  { id: 'canary-hong', name: '홍길동', externalId: 'P-0042' },
  { id: 'canary-heo', name: '홍남동', externalId: null },
] as const
type Patient = (typeof patients)[number]

/** What there is to know of a patient, besides the `sub`. */
const known = ({ id, name, externalId }: Patient): Record<ClaimName, string | null> => ({
  masked_name: '홍*동',
  name,
  account_id: id,
  external_id: externalId,
})

/** A client: what its visitors have agreed to, and what an operator grants it by now. */
interface Told {
  agreed: readonly ClaimName[]
  granted: readonly ClaimName[]
  /** What it may be told besides `sub`. */
  may: readonly ClaimName[]
}

const clients: Record<string, Told> = {
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

/** A row of the table, with what it needs to ask. */
interface Asking extends Told {
  gate: Gate
  client: string
  credential: string
  /** What this client calls a patient. */
  subOf(patient: Patient): string
}

/** For each route: the text that the client is answered, of whom it must be, and what it must say. */
const routes: Record<string, (asking: Asking) => Promise<void>> = {
  async self({ gate, client, credential, granted }) {
    const { status, text } = await ask(gate, paths.client, credential)
    assert.equal(status, 200, text)
    const view = JSON.parse(text) as ClientView
    assert.deepEqual(
      view.claims,
      claimNames.filter(claim => granted.includes(claim)),
    )
    assert.equal(view.id, client)
    assertTellsOnly(text, [])
  },

  async subject(asking) {
    const { gate, credential, may, subOf } = asking
    for (const patient of patients) {
      const { status, text } = await ask(gate, paths.clientSubject(subOf(patient)), credential)
      assert.equal(status, 200, text)
      const expected: Claims = { sub: subOf(patient) }
      for (const claim of may) Object.assign(expected, { [claim]: known(patient)[claim] })
      assert.deepEqual(JSON.parse(text), expected)
      assertTellsOnly(
        text,
        may.map(claim => known(patient)[claim]),
      )
    }
  },
}

attack('each client is told what was agreed and is granted, and nothing more', async gate => {
  const asking = await setUp(gate)
  const subs = asking.flatMap(({ subOf }) => patients.map(subOf))
  assert.equal(new Set(subs).size, subs.length, 'each person is somebody else at each client')
  for (const row of asking) for (const route of Object.values(routes)) await route(row)
  // Whatever was answered, the log of the node says nothing of anybody.
  assertTellsOnly(gate.log(), [])
})

attack('whoever was never told of a sub is told the same as of none at all', async gate => {
  const [mine, theirs] = await setUp(gate)
  assert.ok(mine && theirs)
  const [patient] = patients
  const none = await ask(gate, paths.clientSubject('x'.repeat(43)), mine.credential)
  assert.equal(none.status, 404)
  const others = [
    theirs.subOf(patient),
    mine.subOf(patient).toLowerCase(),
    `${mine.subOf(patient)}A`,
    patient.id,
    '%00',
    '%25',
    "' OR '1'='1",
    '%F0%9F%91%A9',
    'x'.repeat(900),
  ]
  for (const other of others) {
    assert.deepEqual(await ask(gate, paths.clientSubject(other), mine.credential), none, other)
  }
  assert.equal((await ask(gate, paths.clientSubject(''), mine.credential)).status, 404)
})

attack('whoever is disabled is told of no more, and to nobody', async gate => {
  const [mine] = await setUp(gate)
  assert.ok(mine)
  const { accounts } = gate.app.store
  const [patient] = patients
  const account = await accountOf(gate.app.store, patient)
  await accounts.update(account.key, () => ({
    next: { ...account, disabledAt: start },
    events: [],
    quiet: true,
  }))
  const answer = await ask(gate, paths.clientSubject(mine.subOf(patient)), mine.credential)
  assert.equal(answer.status, 403)
  assert.equal(JSON.parse(answer.text).code, 'account_unusable')
  assertTellsOnly(answer.text, [])
})

attack('no proof of anything else opens what a client may know', async gate => {
  const [mine] = await setUp(gate)
  assert.ok(mine)
  const { store } = gate.app
  const enrolled = await enrolIn(store, '1층 접수')
  const { kiosk_secret: kioskSecret } = await new Kiosk(gate.url, enrolled.credential).start()
  const wrong = [
    undefined,
    '',
    kioskSecret,
    enrolled.credential,
    mine.client,
    mine.credential.slice(1),
  ]
  const subject = paths.clientSubject(mine.subOf(patients[0]))
  for (const credential of wrong) {
    for (const path of [paths.client, subject]) {
      const { status, text } = await ask(gate, path, credential)
      assert.deepEqual([status, JSON.parse(text).code], [401, 'client_unknown'], credential)
      assertTellsOnly(text, [])
    }
  }
  // A cookie is no credential, whoever sends it, and no other origin is let in.
  const cookie = `qrgate-kiosk=${enrolled.credential}; credential=${mine.credential}`
  const answer = await fetch(gate.url + paths.client, { headers: { cookie, origin: gate.url } })
  assert.equal(answer.status, 401)
  assert.equal(answer.headers.get('access-control-allow-origin'), null)
  // Nor is a client's credential one of a kiosk.
  const start = await new Kiosk(gate.url, mine.credential).tryStart()
  assert.deepEqual([start.status, (await start.json()).code], [401, 'kiosk_not_enrolled'])
})

attack('a client is told of its own kiosks that are not revoked, and of no other', async gate => {
  const { store } = gate.app
  const [mine] = await setUp(gate)
  assert.ok(mine)
  const add = async (client: string | null, revokedAt: number | null = null) => {
    const { row } = await enrolIn(store, '1층 접수')
    const next = { ...row, client, revokedAt }
    await store.kiosks.update(row.number, () => ({ next, events: [], quiet: true }))
    return row.number
  }
  const number = await add(mine.client)
  await add(mine.client, start)
  await add('another')
  await add(null)
  const answer = await fetch(gate.url + paths.client, {
    headers: { authorization: `bearer ${mine.credential}` },
  })
  assert.equal(answer.headers.get('cache-control'), 'no-store')
  assert.deepEqual(await answer.json(), {
    id: mine.client,
    name: { ko: '서울내과', en: 'Seoul Clinic' },
    claims: [],
    endpoint: 'https://emr.example.org/hooks',
    kiosks: [{ number, name: { ko: '1층 접수', en: '1층 접수' } }],
  })
})

/** All that must be said nowhere but where it is meant to be. */
const everything = [
  ...new Set(patients.flatMap(patient => Object.values(known(patient)).filter(value => value))),
]

function assertTellsOnly(text: string, told: readonly (string | null)[]): void {
  for (const secret of everything) {
    if (secret && !told.includes(secret)) assert.ok(!text.includes(secret), `${secret}: ${text}`)
  }
}

async function ask({ url }: Gate, path: string, credential?: string) {
  const headers = credential === undefined ? {} : { authorization: `Bearer ${credential}` }
  const answer = await fetch(url + path, { headers })
  return { status: answer.status, text: await answer.text() }
}

/** Patients and clients, each told of both as a claim tells of them; then the grants change. */
async function setUp(gate: Gate): Promise<Asking[]> {
  const { store } = gate.app
  await addAccountsTo(
    store,
    patients.map(({ id, name }) => ({ id, name, passwordHash: '' })),
  )
  for (const patient of patients) {
    const { externalId } = patient
    const account = await accountOf(store, patient)
    const next = { ...account, externalId }
    await store.accounts.update(account.key, () => ({ next, events: [], quiet: true }))
  }
  const sealed = sealedTexts(deriveKeyring(['a key of this test'], 'webhook secret'), randomBytes)
  const { clients: records } = store
  const room = createClients({ records, sealed, clock: () => start, randomBytes })
  const rows: Asking[] = []
  for (const [client, told] of Object.entries(clients)) {
    const { credential } = await room.add(
      {
        id: client,
        name: { ko: '서울내과', en: 'Seoul Clinic' },
        claims: told.agreed,
        endpoint: 'https://emr.example.org/hooks',
      },
      system,
    )
    const subs = new Map<Patient, string>()
    for (const patient of patients) subs.set(patient, await tell(store, client, patient, told))
    await room.set(client, { claims: told.granted }, system)
    const subOf = (patient: Patient) => subs.get(patient) ?? ''
    rows.push({ ...told, gate, client, credential, subOf })
  }
  return rows
}

/** A client is told of a patient. @returns what it calls the patient from now on. */
async function tell(
  store: Store,
  client: string,
  patient: Patient,
  { agreed }: Told,
): Promise<string> {
  const { key } = await accountOf(store, patient)
  const sub = randomBytes(32).toString('base64url')
  const next = { client, account: key, sub, claims: agreed, toldAt: start }
  const subjects = new Map([[subjectKey(next), () => ({ next, events: [], quiet: true })]])
  const id = freshId()
  await store.signIns.update(id, () => ({ ...scan(id)(), also: { subjects } }))
  return sub
}

async function accountOf({ accounts }: Store, { id }: Patient): Promise<Account> {
  const account = await accounts.byIdKey(id)
  assert.ok(account)
  return account
}
