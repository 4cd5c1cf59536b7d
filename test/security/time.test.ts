import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GateMessage } from '@qrgate/sdk/protocol'
import { startedAt } from '../../server/src/protocol/sign-in-id.ts'
import { attack } from '../support/attack.ts'
import { eventsOf, stored } from '../support/database.ts'
import { GateProcess } from '../support/gate-process.ts'
import { readJwt } from '../support/jwt.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { askUserCode, typeCode } from '../support/user-code.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

const minute = 60_000

attack('S011 a JWT signs in until a second before its expiry and never from it on', async gate => {
  gate.holdTime()
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const signIn = async (token: string) => {
    return (await client.auth(token, visitor.id, visitor.password)).status
  }
  const [early, late] = [await client.start(), await client.start()]
  gate.passTime(5 * minute - 1_000)
  assert.equal(await signIn(early), 200)
  gate.passTime(1_000)
  assert.equal(await signIn(late), 401)
  gate.passTime(1_000)
  assert.equal(await signIn(late), 401)
  assert.equal(stored(gate.dataDir).sign_ins?.length, 1)
})

attack('S011 every stage ends exactly when it said it would', async gate => {
  gate.holdTime()
  await addAccount(gate)
  const [punctual, tardy] = [await scannedSignIn(gate), await scannedSignIn(gate)]
  const pending = await punctual.kiosk.start()
  const { expires_in_ms: left = 0 } = await tardy.kiosk.view(tardy.signIn)
  assert.ok(left > 179_000 && left <= 180_000)
  gate.passTime(180_000 - 2_000)
  const inTime = await punctual.phone.signIn(punctual.id, visitor.id, visitor.password)
  assert.equal(inTime.status, 200)
  gate.passTime(2_000)
  const tooLate = await tardy.phone.signIn(tardy.id, visitor.id, visitor.password)
  assert.equal(tooLate.status, 410)
  assert.equal((await tardy.kiosk.view(tardy.signIn)).state, 'expired')
  gate.passTime(118_000)
  assert.equal((await punctual.kiosk.claim(punctual.signIn)).status, 410)
  assert.equal((await punctual.kiosk.view(pending)).state, 'pending')
  gate.passTime(2_000)
  assert.equal((await punctual.kiosk.view(pending)).state, 'expired')
})

for (const zone of ['Asia/Seoul', 'America/New_York', 'Pacific/Kiritimati']) {
  test(`S012 a sign-in lives five minutes in ${zone}`, async t => {
    const gate = await GateProcess.start(t, { TZ: zone })
    await addAccount(gate)
    const client = new SeedClient(gate.url)
    const seconds = () => Math.floor(Date.now() / 1000)
    const before = seconds()
    const token = await client.start()
    const { uuid, exp } = readJwt(token).payload as { uuid: string; exp: number }
    const iat = Math.floor(startedAt(uuid) / 1000)
    assert.equal(exp - iat, 300)
    // The gate's clock may be a moment beside this process's, never by as much as a zone.
    assert.ok(iat >= before - 60 && iat <= seconds() + 60, `${iat} is not now`)
    assert.equal((await client.auth(token, visitor.id, visitor.password)).status, 200)

    const kiosk = new Kiosk(gate.url)
    const signIn = await kiosk.start()
    const { state, expires_in_ms: left = 0 } = await kiosk.view(signIn)
    assert.equal(state, 'pending')
    assert.ok(left > 0 && left <= 300_000, `${left} ms left`)
  })
}

attack(
  'S015 an approval whose password check outlives the time is refused when it is written',
  async (gate, t) => {
    await addAccount(gate)
    const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
    const socket = await kiosk.watch(signIn)
    await socket.state(id, 'scanned')
    const inFront = Array.from({ length: 25 }, async (_, n) => {
      return new SeedClient(gate.url).insert(`in-front-${n}`, visitor.password)
    })
    await inFront[0]
    const looked = t.mock.method(gate.app.store.accounts, 'byIdKey').mock
    const approval = phone.signIn(id, visitor.id, visitor.password)
    const mine = () => looked.calls.some(call => call.arguments[0] === visitor.id)
    await until('its password waits to be checked', mine, 1)
    gate.passTime(180_000)
    assert.equal((await approval).status, 410)
    await Promise.all(inFront)
    await socket.state(id, 'expired')
    const told = socket.heard.map((m: GateMessage) => (m.type === 'state' ? m.state : m.type))
    assert.deepEqual(told, ['scanned', 'expired'])
    assert.equal((await phone.state(id)).body.state, 'expired')
    assert.ok(!eventsOf(gate.dataDir, id).includes('sign_in.approved'))
  },
  // On a busy machine some of those in front are turned away, and the approval waits its turn.
  { settings: { QRGATE_HASH_WAIT_SECONDS: '10' }, busy: true },
)

attack('S016 a frame is good for half a minute and a photograph of it no longer', async gate => {
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const open = async (url: string) => (await new Phone(gate.url).open(url)).status
  const framesAt = async (ask: number) => {
    socket.say({ type: 'frames', id: signIn.id, ask })
    const answer = await socket.until(m => m.type === 'frames' && m.ask === ask)
    return answer.type === 'frames' ? answer.frames.map(frame => frame.url) : []
  }
  await socket.state(signIn.id, 'pending')

  const [first = '', next = '', ...later] = await framesAt(1)
  assert.equal(await open(first), 200)
  assert.equal(await open(next), 200, 'a screen may be a moment ahead')
  for (const url of later.slice(1)) assert.equal(await open(url), 410, 'from the future')
  gate.passTime(29_000)
  assert.equal(await open(first), 200)
  gate.passTime(2_500)
  assert.equal(await open(first), 410)
  const [present = ''] = await framesAt(2)
  assert.equal(await open(present), 200)
  assert.deepEqual(stored(gate.dataDir).sign_ins, [], 'looking changes nothing')
  assert.equal((await kiosk.view(signIn)).state, 'pending')
})

attack(
  'N16 a receipt is good for a minute after its frame, whenever the page was opened',
  async gate => {
    gate.holdTime()
    await addAccount(gate)
    const { id: account, password } = visitor
    const handedIn: Record<
      string,
      (phone: Phone, id: string, receipt: string) => Promise<Response>
    > = {
      scan: (phone, id, receipt) => phone.post(`/s/${id}/scan`, { receipt }),
      'sign-in': (phone, id, receipt) => phone.signIn(id, account, password, receipt),
      deny: (phone, id, receipt) => phone.post(`/s/${id}/deny`, { receipt }),
    }
    for (const lookedAfter of [0, 15_000, 29_999, 30_000]) {
      for (const [way, handIn] of Object.entries(handedIn)) {
        const opened = async () => {
          const kiosk = new Kiosk(gate.url)
          const signIn = await kiosk.start()
          return { kiosk, signIn, phone: new Phone(gate.url) }
        }
        const [inTime, late] = [await opened(), await opened()]
        gate.passTime(lookedAfter)
        const [first, second] = [
          await inTime.phone.open(inTime.signIn.frame.url),
          await late.phone.open(late.signIn.frame.url),
        ]
        assert.match(first.page, new RegExp(`data-good-for="${60_000 - lookedAfter}"`))
        gate.passTime(59_999 - lookedAfter)
        const good = await handIn(inTime.phone, first.id, first.receipt)
        assert.equal(good.status, 200, `${way}, looked at after ${lookedAfter} ms`)
        gate.passTime(1)
        for (const again of Object.values(handedIn)) {
          const refused = await again(late.phone, second.id, second.receipt)
          const { code } = (await refused.json()) as { code: string }
          assert.equal(code, 'receipt_stale', `${way}, looked at after ${lookedAfter} ms`)
        }
        assert.equal((await late.kiosk.view(late.signIn)).state, 'pending')
      }
    }
  },
)

attack('N16 looking again at a photograph gains no time', async gate => {
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const phone = new Phone(gate.url)
  const looks = []
  for (let look = 0; look <= 30; look += 1) {
    looks.push((await phone.open(signIn.frame.url)).receipt)
    gate.passTime(1_000)
  }
  assert.equal(new Set(looks).size, 1, 'each look gives the same receipt')
  gate.passTime(29_000)
  const { id } = signIn
  for (const receipt of looks) {
    assert.equal((await phone.post(`/s/${id}/scan`, { receipt })).status, 410)
  }
  assert.equal((await kiosk.view(signIn)).state, 'pending')
})

attack('N16 a typed code gives a minute from the look', async gate => {
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)
  const [inTime, late] = [await kiosk.start(), await kiosk.start()]
  const codes = [await askUserCode(kiosk, inTime), await askUserCode(kiosk, late)]
  gate.passTime(90_123)
  const phone = new Phone(gate.url)
  const [first, second] = [
    await typeCode(phone, codes[0]?.user_code ?? ''),
    await typeCode(phone, codes[1]?.user_code ?? ''),
  ]
  gate.passTime(59_999)
  const scan = (id: string, receipt: string) => phone.post(`/s/${id}/scan`, { receipt })
  assert.equal((await scan(first.id, first.receipt)).status, 200)
  gate.passTime(1)
  assert.equal((await scan(second.id, second.receipt)).status, 410)
  // Whoever has scanned may say so again, however old the receipt is.
  const repeated = await scan(first.id, first.receipt)
  assert.partialDeepStrictEqual(await repeated.json(), { state: 'scanned', seq: 1 })
  assert.equal((await kiosk.view(late)).state, 'pending')
})

attack('S014 a ticket from a clock ahead of ours waits for its time', async gate => {
  const kiosk = new Kiosk(gate.url)
  gate.passTime(10 * minute)
  const ahead = await kiosk.start()
  gate.passTime(-10 * minute)
  assert.equal((await new Phone(gate.url).open(ahead.frame.url)).status, 410)
})
