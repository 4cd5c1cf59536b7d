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
  // However long all of them take on this machine, nothing runs out.
  gate.holdTime()
  const kiosk = new Kiosk(gate.url)
  const waiting = await inBatches(Array.from({ length: 200 }), 20, async (_, n) => {
    const signIn = await kiosk.start()
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'pending')
    return { n, signIn, socket }
  })
  await inBatches(shuffled(waiting), 16, async ({ n, signIn, socket }) => {
    const phone = new Phone(gate.url)
    const { id } = await phone.scan(signIn.frame.url)
    const answer = await phone.signUp(id, `visitor-${n}`, nameOf(n).name, visitor.password)
    assert.equal(answer.status, 200, await answer.text())
    await socket.state(id, 'approved')
  })
  await inBatches(shuffled(waiting), 16, async ({ n, signIn, socket }) => {
    const { account } = await kiosk.claimed(signIn)
    assert.equal(account.name, nameOf(n).masked)
    await socket.state(signIn.id, 'claimed')
  })
  for (const { signIn, socket } of waiting) {
    // States may be skipped; none comes twice or late, and none is anybody else's.
    const told = socket.heard.map(m => (m.type === 'state' && m.id === signIn.id ? m.seq : -1))
    assert.ok(!told.includes(-1), JSON.stringify(socket.heard))
    assert.deepEqual(told, [...new Set(told)].toSorted())
    socket.cut()
  }
  await assertUnharmed(gate)
})

test('fifty kiosks of the seed wait at once and each hears of its own success only', async t => {
  const gate = await startGate(t)
  // However long all of them take on this machine, nothing runs out.
  gate.holdTime()
  const client = new SeedClient(gate.url)
  const waiting = await inBatches(Array.from({ length: 50 }), 10, async (_, n) => {
    const account = `visitor-${n}`
    await addAccount(gate, account)
    const token = await client.start()
    const socket = client.listen(token)
    assert.equal(await socket.status, 101)
    return { account, token, socket }
  })
  await inBatches(shuffled(waiting), 8, async ({ account, token, socket }) => {
    // Whatever the others' successes have set off would have come by now.
    assert.deepEqual(socket.heard, [])
    const answer = await client.auth(token, account, visitor.password)
    assert.deepEqual(await answer.json(), { success: true })
    assert.equal((await socket.closed).code, 1000)
    assert.deepEqual(socket.heard, ['success'])
  })
  await assertUnharmed(gate)
})
