import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../errors.ts'
import { requireExternalId } from './external-id.ts'

test('an external id is kept to the letter, in NFC', () => {
  for (const id of ['0', 'P-0042', 'p-0042', '환자 12', 'urn:x:1/2?3', '😀'.repeat(64)]) {
    assert.equal(requireExternalId(id), id)
  }
  assert.equal(requireExternalId('환자'.normalize('NFD')), '환자')
  assert.equal(requireExternalId(null), null)
})

test('what is not seen in an external id, empty or longer than 64 is refused', () => {
  const outer = [' 42', '42 ', '\u00a042', '42\u3000']
  const hidden = ['4\n2', '4\t2', '4\u20282', '4\u200b2', '\u202e42', '4\u00ad2', '\ufeff42', '4\0']
  const broken = ['\ud800', '4\ue0002', '']
  for (const id of [...outer, ...hidden, ...broken, 'x'.repeat(65)]) {
    assert.throws(
      () => requireExternalId(id),
      new Refusal('external_id_invalid'),
      JSON.stringify(id),
    )
  }
})
