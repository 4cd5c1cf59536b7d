import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertUnharmed } from '../support/aftermath.ts'
import { startGate } from '../support/gate.ts'
import { inBatches, shuffled } from '../support/in-batches.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/** A name of three syllables; its mask keeps the first and the last, and so tells people apart. */
function nameOf(n: number): { name: string; masked: string } {
  const [first, last] = [String.fromCharCode(0xac00 + n), String.fromCharCode(0xc800 + n)]
  return { name: `${first}길${last}`, masked: `${first}*${last}` }
}

test('two hundred kiosks wait at once and each learns of its own visitor only', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const waiting = await inBatches(Array.from({ length: 200 }), 20, async (_, n) => {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    return { n, signIn, socket }
  })
  await inBatches(shuffled(waiting), 16, async ({ n, signIn, socket }) => {
    const phone = new Phone(gate.url)
    const { id } = await phone.scan(await kiosk.frame(signIn))
    // A socket is told how things stand, so it must have seen this before they go on.
    await socket.state(id, 'scanned')
    const answer = await phone.signUp(id, `visitor-${n}`, nameOf(n).name, visitor.password)
    assert.equal(answer.status, 200, await answer.text())
    await socket.state(id, 'approved')
  })
  const claims = await inBatches(shuffled(waiting), 16, async ({ n, signIn, socket }) => {
    const { account } = await kiosk.claimed(signIn)
    assert.equal(account.name, nameOf(n).masked)
    await socket.state(signIn.id, 'claimed')
    return account.sub
  })
  assert.equal(new Set(claims).size, 200)
  for (const { signIn, socket } of waiting) {
    const told = socket.heard.map(m => (m.type === 'state' && m.id === signIn.id ? m.state : m))
    assert.deepEqual(told, ['pending', 'scanned', 'approved', 'claimed'])
    socket.cut()
  }
  await assertUnharmed(gate)
})

test('fifty kiosks of the seed wait at once and each hears of its own success only', async t => {
  const gate = await startGate(t)
  const client = new SeedClient(gate.url)
  const waiting = await inBatches(Array.from({ length: 50 }), 10, async (_, n) => {
    const account = `visitor-${n}`
    await addAccount(gate, account)
    const token = await client.start()
    const socket = client.listen(token)
    assert.equal(await socket.status, 101)
    return { account, token, socket }
  })
  const [first, later] = [waiting.slice(0, 25), waiting.slice(25)]
  for (const half of [first, later]) {
    await inBatches(shuffled(half), 8, async ({ account, token, socket }) => {
      const answer = await client.auth(token, account, visitor.password)
      assert.deepEqual(await answer.json(), { success: true })
      assert.equal((await socket.closed).code, 1000)
    })
    for (const { socket } of half) assert.deepEqual(socket.heard, ['success'])
    if (half === first) for (const { socket } of later) assert.deepEqual(socket.heard, [])
  }
  await assertUnharmed(gate)
})
