import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client } from '../store/client.ts'
import { createHandOffs } from './hand-offs.ts'

test('what is no id is unknown without a look: not every database takes every text', async () => {
  const unused = () => assert.fail('it is looked for')
  const { change } = createHandOffs({
    records: {
      read: unused,
      update: unused,
      due: unused,
      openOf: unused,
      of: unused,
      overdue: unused,
      changedAfter: unused,
      purge: unused,
    },
    bus: { publish: unused, subscribe: unused, onRejoin: unused, close: unused, lost: unused },
    clock: () => 0,
    timings: { asking: 600_000, life: 43_200_000 },
    onFailed: unused,
  })
  for (const id of ['\u0000', '', 'no id']) {
    await assert.rejects(change({ id: 'clinic' } as Client, id, { ahead: 1 }), {
      code: 'hand_off_unknown',
    })
  }
})
