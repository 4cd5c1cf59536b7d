import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { maskedName } from './masked-name.ts'

const examples: readonly [name: string, masked: string][] = [
  ['홍길동', '홍*동'],
  ['홍동', '홍*'],
  ['남궁민수', '남**수'],
  ['Jane Doe', 'J*** D**'],
  ['홍', '홍*'],
  ['J', 'J*'],
  ['Jane', 'J***'],
  ['홍 길동', '홍* 길*'],
  ['남궁 민수', '남* 민*'],
  ['山田太郎', '山**郎'],
  ['やまだ', 'や*だ'],
  ['Jean-Luc Picard', 'J******* P*****'],
  ['  Jane   Doe ', 'J*** D**'],
  ['José', 'J***'],
  ['José'.normalize('NFD'), 'J***'],
  ['홍길동'.normalize('NFD'), '홍*동'.normalize('NFD')],
  ['É'.normalize('NFD'), `${'É'.normalize('NFD')}*`],
  ['👩🏽‍⚕️🇰🇷😀', '👩🏽‍⚕️**'],
  ['👩🏽‍⚕️', '👩🏽‍⚕️*'],
]

for (const [name, masked] of examples) {
  test(`${name} is shown as ${masked}`, () => {
    assert.equal(maskedName(name, 'user_example'), masked)
  })
}

test('without a name the id is shown, masked, and its length stays unknown', () => {
  for (const name of ['', ' ', '\t \n']) assert.equal(maskedName(name, 'user_example'), 'us***le')
  assert.equal(maskedName('', 'a.very.long.account.id@example.org'), 'a.***rg')
  assert.equal(maskedName('', 'abcd'), 'a***')
  assert.equal(maskedName('', 'ab'), 'a***')
})

test('S122: no mask shows more than the first and last character of a word', () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter(isOneWord)
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), words => {
      const masked = maskedName(words.join(' '), 'user_example').split(' ')
      assert.equal(masked.length, words.length)
      for (const part of masked) {
        assert.match(part, /\*/)
        const shown = Array.from(new Intl.Segmenter('ko').segment(part), piece => piece.segment)
        assert.ok(shown.filter(piece => piece !== '*').length <= 2, part)
      }
    }),
  )
})

function isOneWord(text: string): boolean {
  return text.trim() === text && !/\s|\*/.test(text)
}
