import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimAnswer } from '@qrgate/sdk/protocol'
import { eventsOf, openDatabase } from '../support/database.ts'
import { GateProcess } from '../support/gate-process.ts'
import { pause } from '../support/patience.ts'
import {
  addAccount,
  approvedSignIn,
  type Stage,
  scannedSignIn,
  visitor,
} from '../support/visitor.ts'

/** `npm run test:fault`: twenty; each kind of moment comes up as often as any other. */
const rounds = process.env.QRGATE_TEST_FAULT === 'whole' ? 20 : 4
const story = ['sign_in.scanned', 'sign_in.approved', 'sign_in.claimed']

/** What a phone and its kiosk lived through when the gate was killed. */
interface Approval {
  stage: Stage
  /** Undefined when no answer came. */
  status: number | undefined
}

interface Claim {
  stage: Stage
  answer: ClaimAnswer | undefined
}

interface Seen {
  acknowledged: number
  learned: number
  undone: number
  done: number
  claimsLost: number
  claimsHeard: number
}

const seen: Seen = {
  acknowledged: 0,
  learned: 0,
  undone: 0,
  done: 0,
  claimsLost: 0,
  claimsHeard: 0,
}

/** When the gate dies: each fault must have been there, whatever the machine does. */
const moments: ((first: { approval: Promise<unknown>; claim: Promise<unknown> }) => unknown)[] = [
  // A phone has been told.
  ({ approval }) => approval,
  // It has everything before it, and has looked at nothing.
  () => {},
  // A kiosk has been told.
  ({ claim }) => claim,
  // In the middle of something, further and further.
  () => pause(Math.random() * 50),
]
const frozen = 1

/** Three phones sign in and two kiosks claim while the gate dies. */
async function dieDuring(gate: GateProcess, round: number) {
  const waiting = await Promise.all([1, 2, 3].map(() => scannedSignIn(gate)))
  const approved = await Promise.all([1, 2].map(() => approvedSignIn(gate)))
  const sockets = await Promise.all(
    waiting.map(async ({ kiosk, signIn, id }) => {
      const socket = await kiosk.watch(signIn)
      await socket.state(id, 'scanned')
      return socket
    }),
  )
  if (round % moments.length === frozen) gate.freeze()
  const answers = waiting.map(async (stage): Promise<Approval> => {
    const answer = stage.phone.signIn(stage.id, visitor.id, visitor.password)
    return { stage, status: await answer.then(({ status }) => status).catch(() => undefined) }
  })
  const claims = approved.map(async (stage): Promise<Claim> => {
    return { stage, answer: await stage.kiosk.claimed(stage.signIn).catch(() => undefined) }
  })
  const first = { approval: Promise.race(answers), claim: Promise.race(claims) }
  await moments[round % moments.length]?.(first)
  await gate.kill('SIGKILL')
  for (const socket of sockets) await socket.closed
  return { approvals: await Promise.all(answers), claims: await Promise.all(claims) }
}

async function checkApproval(gate: GateProcess, { stage, status }: Approval): Promise<void> {
  const { kiosk, signIn, phone, id } = stage
  const socket = await kiosk.watch(signIn)
  const first = await socket.until(m => m.type === 'state')
  const state = first.type === 'state' ? first.state : ''
  if (status === 200) {
    seen.acknowledged += 1
    if (state === 'approved') seen.learned += 1
  } else {
    assert.equal(status, undefined, 'an answer is an answer')
    const { body } = await phone.state(id)
    assert.equal(body.state, state, 'the phone and the kiosk are told the same')
    if (state === 'approved') seen.done += 1
    else seen.undone += 1
    const again = await phone.signIn(id, visitor.id, visitor.password)
    assert.deepEqual([again.status, await again.json()], [200, { state: 'approved', seq: 2 }])
  }
  await socket.state(id, 'approved')
  await kiosk.claimed(signIn)
  assert.deepEqual(eventsOf(gate.dataDir, id), story)
  socket.cut()
}

async function checkClaim(gate: GateProcess, { stage, answer }: Claim): Promise<void> {
  const again = await stage.kiosk.claimed(stage.signIn)
  assert.equal(again.account.name, 'h***')
  if (answer) {
    seen.claimsHeard += 1
    assert.deepEqual(again, answer)
  } else seen.claimsLost += 1
  assert.deepEqual(eventsOf(gate.dataDir, stage.id), story)
}

test('a gate that is killed again and again loses nothing that it has acknowledged', async t => {
  const gate = await GateProcess.start(t)
  await addAccount(gate)
  for (let round = 0; round < rounds; round += 1) {
    const { approvals, claims } = await dieDuring(gate, round)
    await gate.boot()
    for (const approval of approvals) await checkApproval(gate, approval)
    for (const claim of claims) await checkClaim(gate, claim)
  }

  await t.test(
    'F01 F21 every approval that a phone was told of is there after the restart, and its kiosk is told',
    () => {
      assert.ok(seen.acknowledged >= rounds / 4, `only ${seen.acknowledged} were told in time`)
      assert.equal(seen.learned, seen.acknowledged)
    },
  )
  await t.test(
    'F02 F03 a phone without an answer finds out, and signs in with the same tap',
    () => {
      assert.ok(seen.undone >= rounds / 2, `only ${seen.undone} were cut off before`)
      assert.equal(seen.done + seen.undone + seen.acknowledged, rounds * 3)
    },
  )
  await t.test('F04 a kiosk whose claim got no answer claims again and gets the same one', () => {
    assert.equal(seen.claimsHeard + seen.claimsLost, rounds * 2)
    assert.ok(seen.claimsLost > 0, 'every claim was answered in time')
    assert.ok(seen.claimsHeard > 0, 'no claim was answered in time')
  })
  await t.test('F21 the database is whole after all of it', () => {
    const database = openDatabase(gate.dataDir)
    const [row] = database.prepare('PRAGMA integrity_check').all()
    database.close()
    assert.equal(row?.integrity_check, 'ok')
  })
})
