import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ClaimAnswer, Refused } from '@qrgate/sdk/protocol'
import type { Same } from './same.ts'

type Deeper = Omit<ClaimAnswer, 'account'> & { account: ClaimAnswer['account'] & { age?: number } }

/** The compiler is the test: each `true` and `false` here is the only one that compiles. */
const verdicts: [
  Same<ClaimAnswer, ClaimAnswer>,
  Same<Refused, { message: string; code: string }>,
  Same<Refused, Refused & { detail: string }>,
  Same<Refused, Refused & { detail?: string }>,
  Same<Refused & { detail?: string }, Refused>,
  Same<Refused, { code: string }>,
  Same<Refused, { code: string; message: number }>,
  Same<ClaimAnswer, Deeper>,
  Same<ClaimAnswer[], Deeper[]>,
] = [true, true, false, false, false, false, false, false, false]

test('H5: a field more or less, at any depth and even an optional one, makes types differ', () => {
  assert.equal(verdicts.filter(same => same).length, 2)
})
