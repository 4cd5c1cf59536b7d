import assert from 'node:assert/strict'
import { paths } from '@qrgate/sdk/protocol'
import { attack } from '../support/attack.ts'
import { addAccount, approvedSignIn, scannedSignIn } from '../support/visitor.ts'

/** A page is closed, and opened again, so often in a minute; each writes its row. */
const mostLeaves = 20

attack('N09: a page that goes and comes without end writes no row without end', async gate => {
  await addAccount(gate)
  const scanned = await scannedSignIn(gate)
  const visit = await approvedSignIn(gate)
  await visit.kiosk.claimed(visit.signIn)
  const pages = {
    phone: [scanned, () => scanned.phone.post(`/s/${scanned.id}/leave`, {})],
    kiosk: [visit, () => visit.kiosk.post(paths.leave(visit.id), visit.signIn.kiosk_secret)],
  } as const
  for (const [page, [stage, leave]] of Object.entries(pages)) {
    const { kiosk, signIn, phone, id } = stage
    const before = await kiosk.view(signIn)
    const statuses = new Set<number>()
    for (let round = 0; round <= mostLeaves; round += 1) {
      statuses.add((await leave()).status)
      if (page === 'phone') await phone.get(`/s/${id}`, 'application/json')
      else await kiosk.view(signIn)
    }
    assert.deepEqual([...statuses], [204, 429], page)
    const after = await kiosk.view(signIn)
    assert.equal(after.seq - before.seq, 2 * mostLeaves, page)
    assert.equal(after.state, before.state)
  }
  // What a phone has used up is not its kiosk's: that it has gone is still heard.
  const { kiosk, signIn, id } = scanned
  assert.equal((await kiosk.post(paths.leave(id), signIn.kiosk_secret)).status, 204)
  gate.passTime(15_001)
  assert.equal((await kiosk.view(signIn)).reason, 'left')
})
