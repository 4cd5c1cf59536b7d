import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertUnharmed } from '../support/aftermath.ts'
import { eventsOf } from '../support/database.ts'
import { startGate } from '../support/gate.ts'
import { inBatches } from '../support/in-batches.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

/** `npm run test:fault`: five hundred times. */
const rounds = process.env.QRGATE_TEST_FAULT === 'whole' ? 500 : 60

test('of two phones that scan at the same time one wins, again and again', async t => {
  const gate = await startGate(t)
  const kiosk = new Kiosk(gate.url)
  const wins = [0, 0]
  const ids = await inBatches(Array.from({ length: rounds }), 4, async (_, round) => {
    const { id, frame } = await kiosk.start()
    const phones = [new Phone(gate.url), new Phone(gate.url)]
    const opened = await Promise.all(phones.map(phone => phone.open(frame.url)))
    const scan = (n: number) =>
      phones[n]?.post(`/s/${id}/scan`, { receipt: opened[n]?.receipt ?? '' })
    // Whoever is sent first has a head start, so they take turns.
    const order = round % 2 === 0 ? [0, 1] : [1, 0]
    const answers = await Promise.all(order.map(scan))
    const statuses = answers.map(answer => answer?.status)
    assert.deepEqual([...statuses].sort(), [200, 409])
    const loser = answers[statuses.indexOf(409)]
    assert.match((await loser?.text()) ?? '', /"code":"in_use"/)
    const winner = order[statuses.indexOf(200)] ?? 0
    wins[winner] = (wins[winner] ?? 0) + 1

    const [own, other] = [phones[winner], phones[1 - winner]]
    assert.partialDeepStrictEqual((await own?.state(id))?.body, { state: 'scanned', seq: 1 })
    assert.equal((await other?.state(id))?.status, 403)
    return id
  })
  assert.equal((wins[0] ?? 0) + (wins[1] ?? 0), rounds)
  for (const id of ids.slice(0, 50))
    assert.deepEqual(eventsOf(gate.dataDir, id), ['sign_in.scanned'])
  await assertUnharmed(gate)
})
