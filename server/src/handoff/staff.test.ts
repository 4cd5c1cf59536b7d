import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { createLimit } from '../limits/limit.ts'
import type { Client } from '../store/client.ts'
import type { Kiosk } from '../store/kiosk.ts'
import { createStaff } from './staff.ts'

test('a call that could not be written down is none: the next tap calls', async () => {
  let isAway = true
  const events: string[] = []
  const client = { staffCalls: true, endpoint: 'https://a', webhooksOffAt: null, removedAt: null }
  const staff = createStaff({
    clients: { byId: async () => client as Client },
    log: {
      async add(added) {
        if (isAway) throw new Refusal('storage_busy')
        events.push(...added.map(({ event }) => event))
      },
    },
    clock: () => 0,
    calls: createLimit('too_many', { name: 'calls', points: 1, duration: 60 }, () => 0),
  })
  const kiosk = { number: 100, client: 'clinic' } as Kiosk
  await assert.rejects(staff.call(kiosk), { code: 'storage_busy' })
  isAway = false
  await staff.call(kiosk)
  assert.deepEqual(events, ['staff.called'])
  await assert.rejects(staff.call(kiosk), { code: 'too_many' })
})
