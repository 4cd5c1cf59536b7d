import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { firstSeal, type LogFields, logDigest, logForm, logSeal } from './log-form.ts'

/** The bytes 0 to 15, and 0 to 31. */
const salt = 'AAECAwQFBgcICQoLDA0ODw'
const digest = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'

const nothing: LogFields = {
  at: null,
  event: null,
  actorKind: null,
  actor: null,
  address: null,
  subjectKind: null,
  subject: null,
  kiosk: null,
  account: null,
  detail: null,
}

const full: LogFields = {
  at: 1_800_000_000_000,
  event: 'account.disabled',
  actorKind: 'operator',
  actor: 'shell:김간호',
  address: '2001:db8:1:2::/64',
  subjectKind: 'account',
  subject: 'k3j9',
  kiosk: 101,
  account: 'k3j9',
  detail: '{"reason":"퇴사 👋"}',
}

/** Made by a program in another language: rows are kept for years, and every version must agree. */
const vectors: [string, LogFields, string][] = [
  ['no field at all', nothing, '2eW-kWN5owXrEeIVcLuw_-m2cipnGYEfx2uihLVET_k'],
  ['all fields, in Korean and with an emoji', full, 'Iut3PDrgVX1wDEvR7TWQBBbvvl_Oc_DRYKcnKWLMbbY'],
  [
    'empty texts and zeros',
    { ...full, at: 0, kiosk: 0, actor: '', detail: '' },
    'Tv5lT-_ZbjEtY9kNsIFRdCY-19qfqtucZ0nYkzeo0r0',
  ],
  [
    'the largest numbers',
    { ...nothing, at: 2 ** 53 - 1, kiosk: 2 ** 53 - 1 },
    'w1HKO5-3_OOftx4GJC4VOTxTnd9ey-E7764W1Gj17I8',
  ],
]

for (const [name, fields, expected] of vectors) {
  test(`form 1: ${name}`, () => assert.equal(logDigest(1, salt, fields), expected))
}

test('rows are written in form 1; of any other form nobody here can say what it means', () => {
  assert.equal(logForm, 1)
  for (const form of [-1, 0, 1.5, 2, 100]) assert.equal(logDigest(form, salt, full), null)
})

test('a seal continues the one before, at its position', () => {
  const first = logSeal(firstSeal, 1, digest)
  assert.equal(first, 'y66LPDjiay9pjS2LzwTvSKwHeNZQ-y7uJ6qW7PQSqZk')
  // Nothing of the position is lost, however many events a gate has seen.
  const last = logSeal(first, 2 ** 53 - 1, digest)
  assert.equal(last, 'dD96pob1QhJIwJ43FWAgq9DN8oKYB9G9mLsfuj0Yj6w')
})

test('a seal is another one where the seal before, the position or the digest is', () => {
  const bytes = fc
    .uint8Array({ minLength: 32, maxLength: 32 })
    .map(bytes => Buffer.from(bytes).toString('base64url'))
  const sealed = fc.tuple(bytes, fc.maxSafeNat(), bytes)
  fc.assert(
    fc.property(sealed, sealed, (one, [seal, position, digest]) => {
      const others: (typeof one)[] = [
        [seal, one[1], one[2]],
        [one[0], position, one[2]],
        [one[0], one[1], digest],
      ]
      for (const other of others) {
        const same = one.every((part, index) => part === other[index])
        assert.equal(logSeal(...one) === logSeal(...other), same)
      }
    }),
  )
})

// Few letters, so that the same text often stands in another field, or cut elsewhere.
const text = fc.option(
  fc.oneof(
    fc.string({ unit: fc.constantFrom('', '1', 'ÿ', '\0'), maxLength: 5 }),
    fc.string({ unit: 'binary' }),
  ),
)
const number = fc.option(fc.oneof(fc.nat({ max: 11 }), fc.maxSafeNat()))
const anyFields: fc.Arbitrary<LogFields> = fc.record({
  at: number,
  event: text,
  actorKind: text,
  actor: text,
  address: text,
  subjectKind: text,
  subject: text,
  kiosk: number,
  account: text,
  detail: text,
})

test('no two different rows have one digest', () => {
  const seen = new Map<string | null, string>()
  fc.assert(
    fc.property(anyFields, fields => {
      const row = JSON.stringify(fields)
      const known = seen.get(logDigest(1, salt, fields)) ?? row
      assert.equal(known, row)
      seen.set(logDigest(1, salt, fields), row)
    }),
    { numRuns: 2_000 },
  )
})

test('what is cut elsewhere, moved to another field, emptied or left out is another row', () => {
  const names = Object.keys(nothing) as (keyof LogFields)[]
  const name = fc.constantFrom(...names)
  fc.assert(
    fc.property(anyFields, name, name, fc.nat({ max: 5 }), (fields, from, to, at) => {
      const [one, other] = [`${fields[from] ?? ''}`, `${fields[to] ?? ''}`]
      const changes: Partial<Record<keyof LogFields, unknown>>[] = [
        { [from]: null },
        { [from]: one === '' ? null : '' },
        { [from]: fields[to], [to]: fields[from] },
        { [from]: one.slice(0, at), [to]: one.slice(at) + other },
      ]
      for (const change of changes) {
        // As the database keeps it: numbers stay numbers, texts are whole characters.
        const changed = { ...fields, ...change } as LogFields
        const same = names.every(name => spelled(changed[name]) === spelled(fields[name]))
        assert.equal(logDigest(1, salt, changed) === logDigest(1, salt, fields), same)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('another salt, another digest: equal rows cannot be told to be equal', () => {
  const other = 'AQECAwQFBgcICQoLDA0ODw'
  for (const fields of [nothing, full]) {
    assert.notEqual(logDigest(1, other, fields), logDigest(1, salt, fields))
  }
})

function spelled(field: string | number | null): string | null {
  return field === null ? null : Buffer.from(`${field}`).toString('hex')
}
