import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Claims } from '@qrgate/sdk/protocol'
import { type ClaimName, claimNames } from '../protocol/claims.ts'
import type { Account } from '../store/account.ts'
import { toldClaims } from './told-claims.ts'

const hong: Account = {
  key: 'a key',
  id: 'hong',
  idKey: 'hong',
  idSkeleton: 'h0ng',
  name: '홍길동',
  passwordHash: '',
  epoch: 0,
  recoveryHash: null,
  recoveryExpiresAt: null,
  subjectSeed: '',
  externalId: 'P-0042',
  consentVersion: null,
  consentedAt: null,
  disabledAt: null,
  removedAt: null,
  deleteAt: null,
  createdAt: 0,
}
const all: Claims = {
  sub: 'his name here',
  masked_name: '홍*동',
  name: '홍길동',
  account_id: 'hong',
  external_id: 'P-0042',
}

/** Every choice among the claims. */
const choices = Array.from({ length: 2 ** claimNames.length }, (_, bits) =>
  claimNames.filter((_, n) => bits & (1 << n)),
)

test('S101: a client is told what was agreed and is still granted, and nothing else, in all 256 cases', () => {
  for (const agreed of choices) {
    for (const granted of choices) {
      const expected: Claims = { sub: all.sub }
      const both = (claim: ClaimName) => agreed.includes(claim) && granted.includes(claim)
      for (const claim of claimNames.filter(both)) Object.assign(expected, { [claim]: all[claim] })
      const told = toldClaims(hong, all.sub, agreed, { claims: granted })
      assert.deepEqual(told, expected, `agreed ${agreed}, granted ${granted}`)
    }
  }
})

test('what an account lacks is told as lacking', () => {
  const nobody = { ...hong, id: 'somebody_else', name: '', externalId: null }
  assert.deepEqual(toldClaims(nobody, 'sub', claimNames, { claims: claimNames }), {
    sub: 'sub',
    masked_name: 'so***se',
    name: '',
    account_id: 'somebody_else',
    external_id: null,
  })
})
