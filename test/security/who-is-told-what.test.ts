import assert from 'node:assert/strict'
import { type Claims, type ClientView, paths } from '@qrgate/sdk/protocol'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import type { ClaimName } from '../../server/src/protocol/claims.ts'
import { claimNames } from '../../server/src/protocol/claims.ts'
import { start } from '../conformance/rows.ts'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { enrolIn } from '../support/stored.ts'
import {
  type Asking,
  accountOf,
  agreementOn,
  claimFor,
  kioskOf,
  known,
  type Patient,
  patients,
  toldClients,
} from '../support/told-clients.ts'

/*
 * Who is told what: claims × clients × routes. Two patients whose masked names are the same; a client
 * for each choice of claims; and for each of them, what every route may say, to the letter.
 */

/** Two of the clients will do where only how they ask matters. */
const mostly = ['nothing', 'everything']

/** How a page names what is told. */
const words: Record<ClaimName, string> = {
  masked_name: '이름의 일부',
  name: '이름',
  account_id: '아이디',
  external_id: '등록번호',
}

/** Exactly what a client is told of a patient. */
function claimsOf({ may, subOf }: Asking, patient: Patient): Claims {
  const claims: Claims = { sub: subOf(patient) }
  for (const claim of may) Object.assign(claims, { [claim]: known(patient)[claim] })
  return claims
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
      assert.deepEqual(JSON.parse(text), claimsOf(asking, patient))
      assertTellsOnly(
        text,
        may.map(claim => known(patient)[claim]),
      )
    }
  },

  /** The page names the client and each claim before anybody agrees, and its form says the same. */
  async page({ agreed, visits, client }) {
    for (const { page } of visits) {
      const line = /<p class="told">([^<]*)<\/p>/.exec(page)?.[1] ?? ''
      assert.match(line, /^서울내과에 /)
      const shown = agreed.includes('name') ? agreed.filter(c => c !== 'masked_name') : agreed
      const named = claimNames.filter(claim => shown.includes(claim)).map(claim => words[claim])
      assert.ok(line.includes(named.join(', ') || '방문을 알립니다'), line)
      assert.ok(agreementOn(page).startsWith(`${client}.${agreed.join('+')}.`))
      assertTellsOnly(page, [])
    }
  },

  /** A screen tells nobody apart. */
  async screen({ visits }) {
    const told = visits.map(({ screen }) => JSON.parse(screen) as Record<string, unknown>)
    for (const answer of told) {
      assert.deepEqual(Object.keys(answer), ['id', 'state', 'account', 'auth_time', 'amr'])
      assert.deepEqual(answer.account, { name: '홍*동' })
    }
  },

  async claim(asking) {
    for (const { patient, client } of asking.visits) {
      assert.deepEqual(client.claims, claimsOf(asking, patient))
      assert.deepEqual(client.account, { name: '홍*동' })
    }
  },

  /** Verified by jose alone, from what is published. */
  async token(asking) {
    const { gate, client: audience } = asking
    const keys = createRemoteJWKSet(new URL(`${gate.url}/oidc/jwks`))
    for (const { patient, client } of asking.visits) {
      const issuer = `${gate.url}/oidc`
      const { payload } = await jwtVerify(client.id_token, keys, { issuer, audience })
      const { iss, aud, exp, iat, jti, sid, kiosk, auth_time, amr, ...claims } = payload
      assert.deepEqual(claims, claimsOf(asking, patient))
      assert.deepEqual(
        [jti, sid, auth_time, amr],
        [client.id, client.id, client.auth_time, ['pwd']],
      )
      assert.equal((exp ?? 0) - (iat ?? 0), 300)
      assert.ok(Number(kiosk) >= 100)
    }
  },

  /** The visitor's own phone needs no name either: whoever picks it up must not read it. */
  async phone({ visits }) {
    for (const { phone } of visits) assertTellsOnly(phone, [])
  },
}

attack('N13: each client is told what was agreed and is granted, and nothing more', async gate => {
  const asking = await toldClients(gate)
  const subs = asking.flatMap(({ subOf }) => patients.map(subOf))
  assert.equal(new Set(subs).size, subs.length, 'each person is somebody else at each client')
  for (const row of asking) for (const route of Object.values(routes)) await route(row)
  // Whatever was answered, the log of the node says nothing of anybody.
  assertTellsOnly(gate.log(), [])
})

attack('S080: whoever was never told of a sub is told the same as of none at all', async gate => {
  const [mine, theirs] = await toldClients(gate, mostly)
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
  const [mine] = await toldClients(gate, mostly)
  assert.ok(mine)
  const { accounts } = gate.app.store
  const [patient] = patients
  const account = await accountOf(gate.app.store, patient.id)
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

attack('S006: no proof of anything else opens what a client may know', async gate => {
  const [mine] = await toldClients(gate, mostly)
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
  const [mine] = await toldClients(gate, mostly)
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
  const [own, ...others] = (await store.kiosks.ofClient(mine.client)).map(row => row.number)
  assert.deepEqual(others, [number])
  assert.deepEqual(await answer.json(), {
    id: mine.client,
    name: { ko: '서울내과', en: 'Seoul Clinic' },
    claims: [],
    endpoint: 'https://emr.example.org/hooks',
    kiosks: [own, number].map(number => ({ number, name: { ko: '1층 접수', en: '1층 접수' } })),
    services: [],
    site: {
      name: { ko: '서울내과의원', en: 'Seoul Clinic' },
      time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      hours: [],
    },
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

attack('S085: one client learns nothing of another, whatever it holds', async gate => {
  const [mine, theirs] = await toldClients(gate, mostly)
  assert.ok(mine && theirs)
  const [{ signIn }] = mine.visits as [(typeof mine.visits)[number]]
  const answer = await claimFor(mine.kiosk, signIn, theirs.credential)
  assert.deepEqual([answer.status, (await answer.json()).code], [403, 'client_wrong'])
  const none = await claimFor(mine.kiosk, signIn, 'x'.repeat(43))
  assert.deepEqual([none.status, (await none.json()).code], [401, 'client_unknown'])
  // What was agreed with the one is not told to the other, whoever has the kiosk by now.
  await gate.app.store.signIns.update(signIn.id, old => {
    assert.ok(old)
    return { next: { ...old, client: theirs.client }, events: [], quiet: true }
  })
  const late = await claimFor(mine.kiosk, signIn, mine.credential)
  const { claims, id_token } = await late.json()
  assert.deepEqual([late.status, claims, id_token], [200, undefined, undefined])
})

attack(
  'nothing is told where the form says nothing, and no form says what no page did',
  async gate => {
    const [mine] = await toldClients(gate, ['everything'])
    assert.ok(mine)
    const [patient] = patients
    const password = 'correct horse battery'
    const signIn = await mine.kiosk.start()
    const phone = new Phone(gate.url)
    const { page, receipt } = await phone.open(await mine.kiosk.frame(signIn))
    const genuine = agreementOn(page)
    const fields = { account: patient.id, password, receipt }
    const post = (agreement: string) =>
      phone.post(`/s/${signIn.id}/sign-in`, { ...fields, agreement })
    for (const forged of [genuine.replace('everything', 'nothing'), genuine.slice(0, -1), '..']) {
      const answer = await post(forged)
      assert.deepEqual([answer.status, (await answer.json()).code], [403, 'agreement_wrong'])
    }
    assert.equal((await post('')).status, 200)
    const answer = await claimFor(mine.kiosk, signIn, mine.credential)
    const { claims, id_token, account } = await answer.json()
    assert.deepEqual([claims, id_token, account], [undefined, undefined, { name: '홍*동' }])
  },
)

attack('a kiosk without a client tells nobody, and says so to nobody', async gate => {
  const [mine] = await toldClients(gate, ['everything'])
  assert.ok(mine)
  const kiosk = await kioskOf(gate, null)
  const signIn = await kiosk.start()
  const { page } = await new Phone(gate.url).open(await kiosk.frame(signIn))
  assert.ok(!page.includes('class="told"') && !page.includes('agreement'))
  const answer = await claimFor(kiosk, signIn, mine.credential)
  assert.deepEqual([answer.status, (await answer.json()).code], [403, 'client_wrong'])
})
