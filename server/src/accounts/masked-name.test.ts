import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { maskedName } from './masked-name.ts'

const examples: readonly [name: string, masked: string][] = [
  // Hangul or Han only.
  ['홍길동', '홍*동'],
  ['홍동', '홍*'],
  ['홍', '*'],
  ['남궁민수', '남**수'],
  ['남궁 민수', '남**수'],
  ['김 민 수', '김*수'],
  ['홍 길동', '홍*동'],
  ['  홍길동 ', '홍*동'],
  ['\u3000山田\u3000太郎', '山**郎'],
  ['山田太郎', '山**郎'],
  ['金민수', '金*수'],
  ['황금독수리온세상을놀라게하다', '황***다'],
  ['ㅎㄱㄷ', 'ㅎ*ㄷ'],
  ['㈜홍길동', '홍*동'],
  ['홍길동'.normalize('NFD'), '홍*동'],
  // Old Hangul, which has no composed form: ᄒᆞᆫ is one letter.
  ['\u1112\u119e\u11ab길동', '\u1112\u119e\u11ab*동'],
  // Any other.
  ['Jane Doe', 'J*** D**'],
  ['Jane', 'J***'],
  ['Christopher', 'C***'],
  ['Kim A', 'K** *'],
  ['Kim A.', 'K** *'],
  ['Li', 'L*'],
  ['J', '*'],
  ['A B C', '* * *'],
  ['Jean-Luc Picard', 'J*** P***'],
  ['  Jane   Doe ', 'J*** D**'],
  ['김 Minsu', '* M***'],
  ['김민수 Minsu', '김** M***'],
  ['やまだ', 'や**'],
  ['山田 たろう', '山* た**'],
  ['ヤマダ', 'ヤ**'],
  ['สมชาย ใจดี', 'ส*** ใ**'],
  ['محمد علي', 'م*** ع**'],
  ['José', 'J***'],
  ['José'.normalize('NFD'), 'J***'],
  ['Élodie'.normalize('NFD'), 'É***'],
  ['Nguyễn Văn Ệ', 'N*** V** *'],
  // Signs are no letters, unless there is nothing else.
  ['A.', '*'],
  ['(주)한빛', '주**'],
  ['- -', '* *'],
  ['👩🏽‍⚕️🇰🇷😀', '👩**'],
  ['👩🏽‍⚕️', '*'],
  ['Kim 😀', 'K** *'],
  // What old rows and hostile keyboards hold.
  ['\u200d홍\u200b길\u2060동\ufeff', '홍*동'],
  ['نر\u200cگس', 'ن***'],
  ['Ja\u0000ne\u0007', 'J***'],
  ['\u202eJane\u202c', 'J***'],
  ['\ud800Jane', 'J***'],
  ['J*', '*'],
  ['J*** D**', '* *'],
  [`J${'\u0301'.repeat(60)}ane`, 'J\u0301\u0301***'],
  [`\u0301${'\u0302'.repeat(60)}Jane`, 'J***'],
  // Letters that are drawn as one with what follows (UAX #29, Prepend) would take a star along.
  ['\u{111c2} 한빛', '한*'],
  ['\u{113d1}', 'us***le'],
  // The words behind the fourth leave no trace.
  ['Ada Bea Cia Dea Eva', 'A** B** C** D**'],
  [Array.from({ length: 20 }, (_, n) => `word${n}`).join(' '), 'w*** w*** w*** w***'],
]

// One test for all: of fifty reports in a moment the last may be cut off when the runner ends the file.
test('N13: each name is shown as its mask', () => {
  for (const [name, masked] of examples) {
    assert.equal(maskedName(name, 'user_example'), masked, JSON.stringify(name))
  }
})

test('N13: without a name the id is shown, masked, and its length stays unknown', () => {
  for (const name of ['', ' ', '\t \n', '\u200b', '***', '\u0301']) {
    assert.equal(maskedName(name, 'user_example'), 'us***le')
  }
  assert.equal(maskedName('', 'a.very.long.account.id@example.org'), 'a.***rg')
  assert.equal(maskedName('', 'abcdefgh'), 'ab***gh')
  assert.equal(maskedName('', 'abcdefg'), 'a***')
  assert.equal(maskedName('', 'abcd'), 'a***')
  assert.equal(maskedName('', 'ab'), 'a***')
  assert.equal(maskedName('', '홍길동'), '홍***')
})

/** Any text, in any of the shapes in which a name may be stored. */
const names = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'홍길동김山a ​́*ᄒᆞᆫ1.'), maxLength: 12 }),
)

/** How much of a text is drawn, stars left out. */
const drawn = (text: string) => count(text, /[^\s*\p{C}\p{M}\p{Default_Ignorable_Code_Point}]/u)
const letters = (text: string) => count(text, /^\p{C}*[\p{L}\p{N}]/u)

function count(text: string, counted: RegExp): number {
  const parts = Array.from(new Intl.Segmenter('ko').segment(text), ({ segment }) => segment)
  return parts.filter(part => counted.test(part)).length
}

test('N13: whatever a name is, a third of its letters at least is hidden', () => {
  fc.assert(
    fc.property(names, name => {
      const masked = maskedName(name, '')
      // A name of nothing but stars says nothing, and is as good a mask as any.
      if (drawn(name) > 0) assert.notEqual(masked, name)
      for (const count of [letters, drawn]) {
        assert.ok(count(masked) * 3 <= count(name) * 2, masked)
        assert.ok(count(masked) <= 4, `${masked} shows four letters at most`)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('N13: whatever an id is, a third of it at least is hidden', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), id => {
      const shown = drawn(maskedName('', id))
      assert.ok(shown <= 1 || shown * 3 <= drawn(id) * 2, id)
    }),
  )
})

test('N13: a mask is never empty, and is drawn in its own line and place', () => {
  fc.assert(
    fc.property(names, fc.string({ unit: 'grapheme' }), (name, id) => {
      const masked = maskedName(name, id)
      assert.match(masked, /\*/)
      assert.ok(masked.isWellFormed())
      assert.doesNotMatch(masked, /[\p{Cc}\p{Cf}]|\*{4}|^\p{M}|[ *]\p{M}|\p{M}{3}/u)
      for (const { segment } of new Intl.Segmenter('ko').segment(masked.normalize('NFD'))) {
        assert.match(segment, /^(?:[\u1100-\u11ff\ua960-\ua97c\ud7b0-\ud7fb]{1,3}|.)\p{M}{0,2}$/u)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('N13: a mask does not tell how long a name is', () => {
  const word = (size: number) => fc.string({ unit: fc.constantFrom(...'길동'), minLength: size })
  fc.assert(
    fc.property(word(5), word(5), (one, other) => {
      assert.equal(maskedName(`홍${one}수`, ''), maskedName(`홍${other}수`, ''))
      assert.equal(maskedName(`J${one}`, ''), maskedName(`J${other}`, ''))
    }),
  )
})

test('S122: no mask shows more than the first and last character of a word', () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), words => {
      for (const part of maskedName(words.join(' '), 'user_example').split(' ')) {
        assert.match(part, /\*/)
        const shown = Array.from(new Intl.Segmenter('ko').segment(part), piece => piece.segment)
        assert.ok(shown.filter(piece => piece !== '*').length <= 2 || part === 'us***le', part)
      }
    }),
  )
})
