import assert from 'node:assert/strict'
import { type ClaimAnswer, paths, type StartAnswer } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { eventsOf, stored } from '../support/database.ts'
import type { Gate } from '../support/gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

const names = { alice: '김앨리스', bob: '박밥' } as const

/** Every byte that somebody gets who photographed the QR; what differs by nature is blanked. */
async function allThatATicketTells({ url }: Gate, signIn: StartAnswer): Promise<string> {
  const { id, frame } = signIn
  const thief = new Phone(url)
  const bearer = { authorization: `Bearer ${frame.url.slice(-53)}` }
  const answers = [
    await thief.get(new URL(frame.url).pathname),
    await thief.get(`/s/${id}`),
    await thief.get(`/s/${id}`, 'application/json'),
    await thief.get(`/s/${id}?form=sign-up`),
    await thief.deny(id),
    await fetch(url + paths.signIn(id)),
    await fetch(url + paths.signIn(id), { headers: bearer }),
    await fetch(`${url}${paths.signIn(id)}?kiosk_secret=${frame.url.slice(-53)}`),
    await fetch(url + paths.claim(id), { method: 'POST', headers: bearer }),
    await fetch(url + paths.cancel(id), { method: 'POST', headers: bearer }),
    await fetch(`${url}/api/qr/start?token=${id}`).then(() => fetch(`${url}/api/qr/auth/${id}`)),
  ]
  const texts = await Promise.all(
    answers.map(async answer => {
      const headers = [...answer.headers].filter(([name]) => !['date', 'set-cookie'].includes(name))
      return [answer.status, JSON.stringify(headers), await answer.text()].join('\n')
    }),
  )
  const socket = await KioskSocket.open(url)
  socket.say({ type: 'watch', id, kiosk_secret: frame.url.slice(-53) })
  const { code, reason } = await socket.closed
  const heard = JSON.stringify([socket.heard, code, reason])
  return [...texts, heard].join('\n').replaceAll(id, 'ID')
}

attack('S029 no byte that a ticket buys depends on who signed in', async gate => {
  const told = new Map<string, string[]>()
  for (const [account, name] of Object.entries(names)) {
    const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
    const before = await allThatATicketTells(gate, signIn)
    await phone.signUp(id, account, name, visitor.password)
    const after = await allThatATicketTells(gate, signIn)
    const { account: claimed } = await kiosk.claimed(signIn)
    const claimedLater = await allThatATicketTells(gate, signIn)
    for (const text of [before, after, claimedLater]) {
      assert.ok(!text.includes(claimed.name))
      assert.ok(!text.includes(account) && !text.includes(name))
    }
    told.set(account, [before, after, claimedLater])
  }
  assert.deepEqual(told.get('alice'), told.get('bob'))
  const [before, after] = told.get('alice') ?? []
  assert.equal(before, after, 'nor does it tell that somebody signed in')
})

attack("S029 the seed's socket says success and never who", async gate => {
  const client = new SeedClient(gate.url)
  const heard: unknown[] = []
  for (const account of Object.keys(names)) {
    await addAccount(gate, account)
    const token = await client.start()
    const socket = client.listen(token)
    await socket.status
    const answer = await client.auth(token, account, visitor.password)
    const body = await answer.text()
    heard.push([socket.heard, await socket.closed, body])
  }
  assert.deepEqual(heard[0], heard[1])
  assert.deepEqual(heard[0], [['success'], { code: 1000, reason: '' }, '{"success":true}'])
})

attack('S030 only the very secret of a sign-in claims it', async gate => {
  await addAccount(gate)
  const { kiosk, signIn, id } = await approvedSignIn(gate)
  const other = await approvedSignIn(gate)
  const secret = signIn.kiosk_secret
  const wrong = [
    other.signIn.kiosk_secret,
    (await kiosk.start()).kiosk_secret,
    secret.slice(0, -1),
    `${secret}A`,
    `${secret}=`,
    secret.toLowerCase(),
    secret.toUpperCase(),
    secret.replace(/.$/, last => (last === 'A' ? 'B' : 'A')),
    `${other.signIn.kiosk_secret.slice(0, 8)}${secret.slice(8)}`.replace(/^./, 'z'),
    'A'.repeat(50),
    id,
    '',
  ]
  for (const guess of wrong.filter(guess => guess !== secret)) {
    assert.equal((await kiosk.claim({ ...signIn, kiosk_secret: guess })).status, 401, guess)
  }
  for (const scheme of ['Basic', 'bearer2', '']) {
    const headers = { authorization: `${scheme} ${secret}`.trim() }
    const answer = await fetch(gate.url + paths.claim(id), { method: 'POST', headers })
    assert.equal(answer.status, 401, scheme)
  }
  assert.ok(!eventsOf(gate.dataDir, id).includes('sign_in.claimed'))
  assert.equal((await kiosk.claim(signIn)).status, 200)
})

attack('S031 nobody but the gate chooses what a sign-in is', async gate => {
  const chosen = '01890000-0000-7000-8000-000000000000'
  const wishes = [
    { id: chosen },
    { uuid: chosen },
    { token: chosen },
    { kiosk_secret: 'A'.repeat(50) },
    { kiosk: 100 },
    { kiosk_id: 100 },
    { redirect_uri: 'https://evil.example' },
    { frame: { url: 'https://evil.example' } },
    [],
    'text',
  ]
  for (const wish of wishes) {
    const answer = await new Kiosk(gate.url).post(paths.signIns, 'x', wish)
    assert.equal(answer.status, 400, JSON.stringify(wish))
  }
  const query = `?id=${chosen}&uuid=${chosen}&token=${chosen}&kiosk=100`
  const started = await fetch(gate.url + paths.signIns + query, { method: 'POST' })
  assert.ok(!(await started.text()).includes(chosen))
  const seed = await fetch(`${gate.url}/api/qr/start${query}`)
  assert.ok(!(await seed.text()).includes(Buffer.from(chosen).toString('base64url')))

  const ids = await Promise.all(Array.from({ length: 200 }, () => new Kiosk(gate.url).start()))
  assert.equal(new Set(ids.map(({ id }) => id.slice(14))).size, 200)
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
})

attack(
  'S033 S083 in production a screen must be enrolled, and the demo doors are not there',
  async gate => {
    assert.equal((await fetch(gate.url + paths.signIns, { method: 'POST' })).status, 401)
    const cookie = `qrgate-kiosk=${'A'.repeat(43)}`
    const headers = { cookie, origin: gate.url }
    const guessed = await fetch(gate.url + paths.signIns, { method: 'POST', headers })
    assert.equal(guessed.status, 401)
    const enrol = await fetch(gate.url + paths.kioskEnrol, { method: 'POST', headers })
    assert.equal(enrol.status, 404)
    for (const method of ['GET', 'POST']) {
      const insert = `${gate.url}/api/test/insert?user_id=hong&user_pwd=secret`
      assert.equal((await fetch(insert, { method })).status, 404)
    }
    assert.equal((await fetch(`${gate.url}/api/qr/start`)).status, 404)
    assert.equal((await fetch(`${gate.url}/demo`)).status, 404)
    assert.deepEqual(stored(gate.dataDir).accounts, [])
  },
  { mode: 'serve' },
)

attack(
  'S034 the same kiosk hears the same answer for two minutes, and nobody else any',
  async gate => {
    gate.holdTime()
    await addAccount(gate)
    const { kiosk, signIn, id } = await approvedSignIn(gate)
    const other = await approvedSignIn(gate)
    const answers = await Promise.all(Array.from({ length: 5 }, () => kiosk.claimed(signIn)))
    const [first] = answers as [ClaimAnswer]
    for (const answer of answers) assert.deepEqual(answer, first)
    const { kiosk_secret } = other.signIn
    assert.equal((await kiosk.claim({ ...signIn, kiosk_secret })).status, 401)
    gate.passTime(119_000)
    assert.deepEqual(await kiosk.claimed(signIn), first)
    gate.passTime(1_500)
    assert.equal((await kiosk.claim(signIn)).status, 409)
    assert.deepEqual(eventsOf(gate.dataDir, id), [
      'sign_in.scanned',
      'sign_in.approved',
      'sign_in.claimed',
    ])
  },
)
