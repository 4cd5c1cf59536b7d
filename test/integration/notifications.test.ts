import assert from 'node:assert/strict'
import { test } from 'node:test'
import { paths } from '@qrgate/sdk/protocol'
import {
  approve,
  choose,
  handOffOf,
  type ServedClient,
  service,
  startServed,
  visitAt,
} from '../support/hand-off-gate.ts'
import { until } from '../support/patience.ts'
import type { Received, Receiver } from '../support/receiver.ts'

test('visit', async t => {
  const { gate, kiosk, receiver } = await startServed(t, { staffCalls: true })
  const { signIn, phone } = await visitAt(gate, kiosk)
  await until('told', () => receiver.of('sign_in.claimed').length > 0)
  await phone.post(`/s/${signIn.id}/not-me`, {})
  await until('told', () => receiver.of('report.not_me').length > 0 && receiver.of('hand_off.cancelled').length > 0)
  console.log(JSON.stringify(receiver.received, null, 1), gate.log().split('\n').filter(l => /err|warn/.test(l)).join('\n'))
})
