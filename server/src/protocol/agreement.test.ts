import assert from 'node:assert/strict'
import { test } from 'node:test'
import { agreements, longestAgreement } from './agreement.ts'
import { claimNames } from './claims.ts'
import { deriveKeyring } from './keyring.ts'
import { createSignInId } from './sign-in-id.ts'

const id = createSignInId(1_800_000_000_000, Buffer.alloc(10, 7))
const otherId = createSignInId(1_800_000_000_000, Buffer.alloc(10, 8))
const origin = 'https://gate.example.org'
const key = 'a'.repeat(40)
const own = agreements(deriveKeyring([key], 'agreement'), origin)
const agreed = { client: 'clinic', claims: ['masked_name', 'external_id'] } as const

test('S121: an agreement says what was on the page, to this phone at this sign-in only', () => {
  const text = own.mint(id, 'phone', agreed)
  assert.deepEqual(own.read(id, 'phone', text), agreed)
  assert.equal(own.read(otherId, 'phone', text), null)
  assert.equal(own.read(id, 'another phone', text), null)
  const elsewhere = agreements(deriveKeyring([key], 'agreement'), 'https://other.example.org')
  assert.equal(elsewhere.read(id, 'phone', text), null)
})

test('S101: nobody adds a claim to it, or another client', () => {
  const text = own.mint(id, 'phone', agreed)
  const seal = text.split('.').at(-1)
  for (const forged of [
    `clinic.masked_name+name+external_id.${seal}`,
    `clinic.external_id+masked_name.${seal}`,
    `clinic.masked_name.${seal}`,
    `clinic..${seal}`,
    `gym.masked_name+external_id.${seal}`,
    `clinic.masked_name+external_id+made_up.${seal}`,
    `${text}.`,
    `${text}=`,
    text.toUpperCase(),
    '',
    '..',
  ]) {
    assert.equal(own.read(id, 'phone', forged), null, forged)
  }
})

test('it outlives the rotation of the secret key, and is never longer than is read', () => {
  const text = own.mint(id, 'phone', agreed)
  const rotated = agreements(deriveKeyring(['b'.repeat(40), key], 'agreement'), origin)
  assert.deepEqual(rotated.read(id, 'phone', text), agreed)
  const none = own.mint(id, 'phone', { client: 'clinic', claims: [] })
  assert.deepEqual(own.read(id, 'phone', none), { client: 'clinic', claims: [] })
  const longest = own.mint(id, 'phone', { client: 'c'.repeat(63), claims: claimNames })
  assert.equal(longest.length, longestAgreement)
})
