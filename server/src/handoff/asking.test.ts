import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import type { HandOff } from '../protocol/hand-off.ts'
import { createAsking } from './asking.ts'

const unused = async () => assert.fail('nobody is asked')

const noRecords = {
  read: unused,
  update: unused,
  openOf: unused,
  of: unused,
  overdue: unused,
  changedAfter: unused,
  purge: unused,
}

/** Whom a client is asked with, where it never comes to that. */
const nobodyAsked = {
  clients: { byId: unused, webhookSecrets: () => [] },
  kiosk: unused,
  claimsOf: unused,
  post: unused,
  health: { succeeded: unused, failed: unused },
  clock: () => 0,
  timings: { asking: 600_000, life: 43_200_000 },
  random: () => 0,
  onFailed: () => assert.fail('nothing has failed for good'),
}

test('where nothing can be written, what is due is looked for once and not again at once', async () => {
  let looks = 0
  const errors: unknown[] = []
  const asking = createAsking({
    ...nobodyAsked,
    records: {
      ...noRecords,
      async due() {
        looks += 1
        // Without an end a fault here would keep the test for ever.
        return looks > 20 ? [] : [{ id: 'a hand-off', client: 'clinic' }]
      },
    },
    handOffs: {
      async apply() {
        throw new Refusal('storage_busy', 'the disk is full')
      },
    },
    onError: error => errors.push(error),
  })
  asking.soon()
  await asking.idle()
  assert.equal(looks, 1)
  assert.equal(errors.length, 1)
})

test('F23: whom another node asks at this moment is not asked here too', async () => {
  const errors: unknown[] = []
  const steps: string[] = []
  // As the row stands that the other node has taken.
  const taken = { id: 'a hand-off', client: 'clinic', state: 'requested', tries: 1 } as HandOff
  let looks = 0
  const asking = createAsking({
    ...nobodyAsked,
    records: {
      ...noRecords,
      async due() {
        looks += 1
        return looks > 1 ? [] : [taken]
      },
    },
    handOffs: {
      async apply(_id, { type }) {
        steps.push(type)
        return { old: taken, next: taken }
      },
    },
    onError: error => errors.push(error),
  })
  asking.soon()
  await asking.idle()
  assert.deepEqual([steps, errors], [['try', 'expire'], []])
})
