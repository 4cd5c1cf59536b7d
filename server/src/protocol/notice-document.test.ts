import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noticeDocument, readNotice } from './notice-document.ts'

const purpose = { ko: '접수에 씁니다.', en: 'To check you in.' }
const none = { ko: '', en: '' }

test('a notice is read as it was written, and written as it was read', () => {
  const document = { purpose, privacy_url: 'https://clinic.example/privacy' }
  const texts = readNotice(JSON.stringify(document))
  const privacyUrl = document.privacy_url
  assert.deepEqual(texts, { purpose, consent: none, privacyUrl })
  assert.deepEqual(noticeDocument({ purpose, consent: none, privacyUrl }), document)
  assert.deepEqual(readNotice('{}'), { purpose: none, consent: none, privacyUrl: '' })
  assert.deepEqual(noticeDocument({ purpose: none, consent: none, privacyUrl: '' }), {})
})

test('what is wrong with it is said in a sentence that names the field', () => {
  const cases: [unknown, RegExp][] = [
    [[], /^The notice must be a JSON object of `purpose`, `consent` and `privacy_url`/],
    [{ purposes: purpose }, /^The notice must be a JSON object of `purpose`/],
    [{ purpose: { ko: '접수' } }, /^`purpose\.en` must be plain text of 1 to 500/],
    [{ consent: 'I agree' }, /^`consent` must be `\{"ko"/],
    [{ consent: { ko: '동의\n합니다', en: 'I agree' } }, /^`consent\.ko` must be plain text/],
    [{ privacy_url: 'javascript:alert(1)' }, /^`privacy_url` must be an address like https:/],
  ]
  for (const [document, expected] of cases) {
    const read = readNotice(JSON.stringify(document))
    assert.match('faults' in read ? read.faults.join('\n') : '', expected)
  }
  const broken = readNotice('{')
  assert.match('faults' in broken ? broken.faults.join() : '', /^This is no JSON: /)
})
