import assert from 'node:assert/strict'
import { finalStates } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { alter, eventsOf } from '../support/database.ts'
import { inBatches, shuffled } from '../support/in-batches.ts'
import { turns } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

const { password } = visitor
const approved = ['sign_in.scanned', 'sign_in.approved']

attack('S017 a double tap approves once and both taps are told so', async gate => {
  await addAccount(gate)
  const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
  const socket = await kiosk.watch(signIn)
  const taps = [1, 2, 3].map(() => phone.signIn(id, visitor.id, password))
  for (const tap of await Promise.all(taps)) {
    assert.equal(tap.status, 200)
    assert.deepEqual(await tap.json(), { state: 'approved', seq: 2 })
  }
  await socket.state(id, 'approved')
  await kiosk.claimed(signIn)
  await socket.state(id, 'claimed')
  const seqs = socket.heard.map(m => (m.type === 'state' ? m.seq : -1))
  assert.deepEqual(seqs, [1, 2, 3])
  assert.deepEqual(eventsOf(gate.dataDir, id), [...approved, 'sign_in.claimed'])
})

attack('S018 of two accounts on the same phone at once exactly one has the sign-in', async gate => {
  await addAccount(gate, 'alice')
  await addAccount(gate, 'bob')
  for (let round = 0; round < 25; round += 1) {
    const { phone, id } = await scannedSignIn(gate)
    const both = ['alice', 'bob'].map(account => phone.signIn(id, account, password))
    const statuses = (await Promise.all(both)).map(answer => answer.status)
    assert.deepEqual(statuses.sort(), [200, 409])
    assert.deepEqual(eventsOf(gate.dataDir, id), approved)
  }
})

attack('S018 of two accounts at the same JWT at once exactly one has the sign-in', async gate => {
  await addAccount(gate, 'alice')
  await addAccount(gate, 'bob')
  const client = new SeedClient(gate.url)
  for (let round = 0; round < 25; round += 1) {
    const token = await client.start()
    const both = ['alice', 'bob'].map(account => client.auth(token, account, password))
    const statuses = (await Promise.all(both)).map(answer => answer.status)
    assert.deepEqual(statuses.sort(), [200, 401])
  }
})

attack('S019 an approval sent again after the end changes nothing', async gate => {
  await addAccount(gate)
  const claimed = await approvedSignIn(gate)
  await claimed.kiosk.claimed(claimed.signIn)
  const cancelled = await scannedSignIn(gate)
  await cancelled.kiosk.cancel(cancelled.signIn)
  const expired = await scannedSignIn(gate)

  const again = (stage: typeof claimed) => stage.phone.signIn(stage.id, visitor.id, password)
  assert.deepEqual(await (await again(claimed)).json(), { state: 'claimed', seq: 3 })
  assert.equal((await again(cancelled)).status, 409)
  gate.passTime(180_000)
  assert.equal((await again(expired)).status, 410)
  gate.passTime(600_000)
  assert.equal((await again(claimed)).status, 409)
  assert.deepEqual(eventsOf(gate.dataDir, claimed.id).slice(0, 3), [...approved, 'sign_in.claimed'])
  assert.ok(!eventsOf(gate.dataDir, cancelled.id).includes('sign_in.approved'))
  assert.ok(!eventsOf(gate.dataDir, expired.id).includes('sign_in.approved'))
})

attack(
  'S020 approve, deny, cancel and expiry in any order leave one end and one only',
  async gate => {
    await addAccount(gate)
    const ends = new Map<string, number>()
    for (let round = 0; round < 200; round += 1) {
      const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
      const socket = await kiosk.watch(signIn)
      await socket.state(id, 'scanned')
      const steps = shuffled([
        async () => (await phone.signIn(id, visitor.id, password)).status,
        async () => (await phone.deny(id)).status,
        async () => (await kiosk.cancel(signIn)).status,
        async () => {
          gate.passTime(180_000)
          return (await kiosk.claim(signIn)).status
        },
      ])
      const statuses = await Promise.all(
        steps.map(async step => {
          // The approval takes as long as its hash; spreading the others makes each of them win.
          await turns(Math.random() * 30)
          return step()
        }),
      )
      const { state } = await kiosk.view(signIn)
      ends.set(state, (ends.get(state) ?? 0) + 1)
      assert.ok(
        statuses.every(status => [200, 409, 410].includes(status)),
        `${statuses}`,
      )
      const told = socket.heard.flatMap(m => (m.type === 'state' ? [m.state] : []))
      assert.ok(told.filter(state => finalStates.has(state)).length <= 1, `${told}`)
      const decided = eventsOf(gate.dataDir, id).filter(event =>
        /approved|denied|cancelled/.test(event),
      )
      assert.ok(decided.length <= 1, `${decided}`)
      socket.cut()
    }
    assert.deepEqual(
      [...ends.keys()].filter(state => state === 'scanned'),
      [],
    )
    assert.ok(ends.size >= 3, `too few different ends: ${JSON.stringify([...ends])}`)
  },
)

attack('S021 S022 who has not scanned can neither approve nor deny nor look', async gate => {
  await addAccount(gate)
  const { kiosk, signIn, id } = await scannedSignIn(gate)
  const other = await scannedSignIn(gate)
  for (const stranger of [new Phone(gate.url), other.phone]) {
    const tries = [
      await stranger.signIn(id, visitor.id, password),
      await stranger.signUp(id, 'stranger', '', password),
      await stranger.deny(id),
      await stranger.get(`/s/${id}`, 'application/json'),
    ]
    for (const answer of tries) {
      assert.equal(answer.status, 403)
      assert.equal(((await answer.json()) as { code: string }).code, 'not_your_phone')
    }
  }
  assert.equal((await kiosk.view(signIn)).state, 'scanned')
  assert.deepEqual(eventsOf(gate.dataDir, id), ['sign_in.scanned'])
})

attack('S023 what is decided stays decided', async gate => {
  await addAccount(gate)
  await addAccount(gate, 'other')
  const denied = await scannedSignIn(gate)
  await denied.phone.deny(denied.id)
  assert.equal((await denied.phone.signIn(denied.id, visitor.id, password)).status, 409)

  const done = await approvedSignIn(gate)
  assert.equal((await done.phone.deny(done.id)).status, 409)
  assert.equal((await done.phone.signIn(done.id, 'other', password)).status, 409)
  assert.equal((await done.kiosk.cancel(done.signIn)).status, 409)
  assert.deepEqual(eventsOf(gate.dataDir, denied.id), ['sign_in.scanned', 'sign_in.denied'])
  assert.deepEqual(eventsOf(gate.dataDir, done.id), approved)
})

attack('S024 a second phone is told that the code is in use and the first goes on', async gate => {
  const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
  const second = new Phone(gate.url)
  for (let n = 0; n < 4; n += 1) {
    const { status, page, receipt } = await second.open(signIn.frame.url)
    assert.equal(status, 409)
    assert.equal(receipt, '')
    assert.doesNotMatch(page, new RegExp(id))
  }
  assert.equal((await phone.signUp(id, 'hong', visitor.name, password)).status, 200)
  assert.equal((await kiosk.claimed(signIn)).account.name, '홍*동')
})

attack('S025 a phone that lost its key cannot go on and the kiosk can give up', async gate => {
  await addAccount(gate)
  const { kiosk, signIn, id } = await scannedSignIn(gate)
  const amnesiac = new Phone(gate.url)
  assert.equal((await amnesiac.open(signIn.frame.url)).status, 409)
  assert.equal((await amnesiac.signIn(id, visitor.id, password)).status, 403)
  assert.equal((await kiosk.cancel(signIn)).status, 200)
})

attack('S026 no step can be skipped', async gate => {
  await addAccount(gate)
  const stage = await scannedSignIn(gate)
  const { kiosk } = stage
  const pending = await kiosk.start()
  const hasty = new Phone(gate.url)
  await hasty.open(pending.frame.url)
  assert.equal((await hasty.signIn(pending.id, visitor.id, password)).status, 403)
  assert.equal((await hasty.deny(pending.id)).status, 403)
  assert.equal((await kiosk.claim(pending)).status, 409)
  assert.equal((await kiosk.claim(stage.signIn)).status, 409)
  assert.deepEqual(eventsOf(gate.dataDir, pending.id), [])
  assert.equal((await kiosk.view(pending)).state, 'pending')
})

attack('S027 starting at one kiosk disturbs none of fifty others that wait', async gate => {
  await addAccount(gate)
  const starts = Array.from({ length: 50 }, () => scannedSignIn(gate))
  const all = [...(await Promise.all(starts)), await scannedSignIn(gate)]
  const statuses = await inBatches(shuffled(all), 4, async ({ kiosk, signIn, phone, id }) => {
    const answer = await phone.signIn(id, visitor.id, password)
    return [answer.status, (await kiosk.claim(signIn)).status]
  })
  assert.equal(statuses.length, 51)
  assert.ok(statuses.flat().every(status => status === 200))
})

attack('S028 an account that is switched off neither approves nor is given out', async gate => {
  await addAccount(gate)
  const [waiting, done] = [await scannedSignIn(gate), await approvedSignIn(gate)]
  alter(gate.dataDir, 'UPDATE accounts SET disabled_at = ? WHERE id = ?', 1, visitor.id)
  assert.equal((await waiting.phone.signIn(waiting.id, visitor.id, password)).status, 401)
  const claim = await done.kiosk.claim(done.signIn)
  assert.equal(claim.status, 403)
  assert.equal(((await claim.json()) as { code: string }).code, 'account_unusable')
  assert.deepEqual(eventsOf(gate.dataDir, done.id), approved)
})
