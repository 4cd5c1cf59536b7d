import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertUnharmed } from '../support/aftermath.ts'
import { openDatabase } from '../support/database.ts'
import { startGate } from '../support/gate.ts'
import { inBatches } from '../support/in-batches.ts'
import { Phone } from '../support/phone.ts'
import { addAccount, approvedSignIn, scannedSignIn, visitor } from '../support/visitor.ts'

/** Every row of the log, as event and subject. */
function rowsOf(dataDir: string): { event: string; subject: string; detail: string | null }[] {
  const database = openDatabase(dataDir)
  try {
    return database
      .prepare('SELECT event, subject, detail FROM log ORDER BY row')
      .all() as ReturnType<typeof rowsOf>
  } finally {
    database.close()
  }
}

const times = Array.from({ length: 30 })

test('N17 whatever is repeated or refused leaves no row of its own in the log', async t => {
  const gate = await startGate(t)
  await addAccount(gate)
  const { kiosk, signIn, phone, id } = await scannedSignIn(gate)
  const before = rowsOf(gate.dataDir)

  const stranger = new Phone(gate.url)
  const { receipt } = await stranger.open(await kiosk.frame(await kiosk.start()))
  const attempts = {
    'scans of a taken sign-in': () => new Phone(gate.url).get(new URL(signIn.frame.url).pathname),
    'receipts of another sign-in': () => stranger.post(`/s/${id}/scan`, { receipt }),
    'forged tickets': () => stranger.get(`/q/${'A'.repeat(60)}`),
    'passwords of a stranger': () => stranger.signIn(id, visitor.id, 'a wrong password'),
    'refusals by a stranger': () => stranger.deny(id),
    'wrong kiosk secrets': () => kiosk.claim({ ...signIn, kiosk_secret: 'A'.repeat(43) }),
    'claims too early': () => kiosk.claim(signIn),
    'codes that nobody has': () => stranger.post('/code', { code: 'WXYZ-WXYZ' }),
    'ways that lead nowhere': () => stranger.get('/no/such/page'),
  }
  for (const [what, attempt] of Object.entries(attempts)) {
    await inBatches(times, 10, async () => {
      const { status } = await attempt()
      assert.ok(status >= 400 || what.startsWith('scans'), `${what}: ${status}`)
    })
  }
  assert.deepEqual(rowsOf(gate.dataDir), before)

  // What the right ones repeat is no news either.
  for (const _ of times.slice(0, 3)) await phone.signIn(id, visitor.id, visitor.password)
  for (const _ of times) await kiosk.claimed(signIn)
  const after = rowsOf(gate.dataDir).slice(before.length)
  assert.deepEqual(
    after.map(({ event, subject }) => [event, subject]),
    [
      ['sign_in.approved', id],
      ['sign_in.claimed', id],
    ],
  )

  await approvedSignIn(gate)
  await assertUnharmed(gate)
  await gate.close()
  const counted = rowsOf(gate.dataDir).filter(({ event }) => event === 'tries.refused')
  const of = (code: string) =>
    counted
      .filter(({ subject }) => subject === code)
      .reduce((sum, { detail }) => sum + JSON.parse(detail ?? '').count, 0)
  assert.equal(of('ticket_unknown'), times.length)
  assert.equal(of('kiosk_secret_wrong'), times.length)
  assert.ok(of('not_your_phone') >= times.length)
  assert.ok(counted.length <= 10 + 17, `${counted.length} rows`)
})
