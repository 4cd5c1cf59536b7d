import assert from 'node:assert/strict'
import { test } from 'node:test'
import { answerProof, askForProof, gateProofPurpose, readProof, type Seen } from './gate-proof.ts'
import { deriveKeyring } from './keyring.ts'

const [key, other] = ['a key of these tests, 32 bytes long', 'another key of these tests, as long']
const ring = (...keys: [string, ...string[]]) => deriveKeyring(keys, gateProofPurpose)
const nonce = (n: number) => Buffer.alloc(16, n)
const now = 1_800_000_000_000
const seen: Seen = {
  address: '203.0.113.7',
  peer: '127.0.0.1',
  forwarded: '203.0.113.7',
  publicUrl: 'https://gate.example.org',
  at: now,
}

test('N49: a gate tells what it has seen to whoever has its key', () => {
  const asked = askForProof(ring(key), now, nonce(1))
  const answer = answerProof(ring(key), asked, seen) ?? ''
  assert.deepEqual(readProof(ring(key), asked, answer), seen)
})

test('N49: while keys are exchanged, one that both accept is enough', () => {
  const asked = askForProof(ring(other, key), now, nonce(1))
  const answer = answerProof(ring(key, other), asked, seen) ?? ''
  assert.deepEqual(readProof(ring(other, key), asked, answer), seen)
  assert.equal(answerProof(ring(key), asked, seen), undefined)
})

test('N49: a stranger gets no answer, and an old question none either', () => {
  const asked = askForProof(ring(key), now, nonce(1))
  const [at, once, proof = ''] = asked.split('.')
  const changed = (proof.startsWith('A') ? 'B' : 'A') + proof.slice(1)
  const bad = [
    '',
    'x',
    askForProof(ring(other), now, nonce(1)),
    `${at}.${once}.${changed}`,
    `${at}.${nonce(2).toString('base64url')}.${proof}`,
    `${(now + 1).toString(36)}.${once}.${proof}`,
    `${asked}.x`,
    asked.toUpperCase(),
  ]
  for (const text of bad) assert.equal(answerProof(ring(key), text, seen), undefined, text)
  for (const at of [now - 600_001, now + 600_001]) {
    assert.equal(answerProof(ring(key), asked, { ...seen, at }), undefined)
  }
})

test('N49: nobody else can answer, and no answer fits another question', () => {
  const [asked, again] = [
    askForProof(ring(key), now, nonce(1)),
    askForProof(ring(key), now, nonce(2)),
  ]
  const answer = answerProof(ring(key), asked, seen) ?? ''
  assert.equal(readProof(ring(key), again, answer), undefined)
  assert.equal(readProof(ring(other), asked, answer), undefined)
  const [told, proof] = answer.split('.')
  const forged = Buffer.from(JSON.stringify({ ...seen, address: '10.0.0.1' })).toString('base64url')
  for (const text of ['', '.', `${forged}.${proof}`, `${told}.`, `${told}`, asked]) {
    assert.equal(readProof(ring(key), asked, text), undefined, text)
  }
})
