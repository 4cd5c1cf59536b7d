import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { usualPolicy } from '@qrgate/sdk/protocol'
import fc from 'fast-check'
import {
  acceptsProof,
  allows,
  policyOf,
  policyToText,
  policyVersion,
  readStored,
  shownPolicy,
  versionLength,
} from './policy.ts'
import { methods, newestReader, type PolicyDocument, readDocument } from './policy-document.ts'

function read(document: unknown): PolicyDocument {
  const result = readDocument(JSON.stringify(document))
  assert.ok(!('faults' in result), JSON.stringify(result))
  return result
}

/** What is wrong with a document, besides nothing. */
function faults(text: string): string[] {
  const result = readDocument(text)
  assert.ok('faults' in result, text)
  return result.faults
}

const fault = (fields: object) => faults(JSON.stringify({ reader: 1, ...fields }))

/** A row as a newer gate may leave it. */
const rowOf = (document: unknown) => policyToText(7, document as PolicyDocument)

test('a kiosk without a policy, and one whose document says nothing, do what kiosks always did', () => {
  assert.deepEqual(policyOf(null), { ...usualPolicy, methods })
  const stored = policyToText(1, read({ reader: 1 }))
  assert.deepEqual(policyOf(stored), { ...usualPolicy, methods, version: 1 })
  for (const method of methods) assert.ok(allows(null, method) && allows(stored, method))
})

test('what a document says holds, and what it leaves out is the usual, in its groups too', () => {
  const idle_text = { ko: '어서 오세요', en: 'Welcome' }
  const document = {
    reader: 1,
    timings: { done_seconds: 9 },
    texts: { idle_text },
    start: 'always',
  }
  const stored = policyToText(3, read({ ...document, methods: ['password'] }))
  assert.deepEqual(shownPolicy(stored), {
    ...usualPolicy,
    version: 3,
    start: 'always',
    timings: { idle_seconds: 60, done_seconds: 9 },
    texts: { idle_text },
  })
  assert.deepEqual([allows(stored, 'password'), allows(stored, 'sign_up')], [true, false])
})

test('what protects is not told to the screen', () => {
  const shown = shownPolicy(rowOf({ reader: 1, methods: ['password'], proof_hours: 8 }))
  assert.deepEqual(Object.keys(shown).toSorted(), Object.keys(usualPolicy).toSorted())
})

test('how old a proof may be is a matter of the kiosk, to the millisecond', () => {
  const hour = 3_600_000
  const stored = policyToText(1, read({ reader: 1, proof_hours: 8 }))
  assert.ok(acceptsProof(stored, hour, 9 * hour - 1))
  assert.ok(!acceptsProof(stored, hour, 9 * hour))
  // A clock that was set back proves nothing.
  assert.ok(!acceptsProof(stored, hour, hour - 1))
  for (const any of [null, policyToText(1, read({ reader: 1 }))]) {
    assert.ok(acceptsProof(any, hour, 9_000 * hour))
  }
  for (const wrong of [0, 8761, 1.5, '8']) {
    assert.match(fault({ proof_hours: wrong })[0] ?? '', /^`proof_hours` must be a whole number/)
  }
})

test('docs/policy.md shows a document that is one, and names the defaults that hold', () => {
  const docs = readFileSync(new URL('../../../docs/policy.md', import.meta.url), 'utf8')
  read(JSON.parse(/```json\n(.*?)\n```/s.exec(docs)?.[1] ?? ''))
  const rows = [...docs.matchAll(/^\| `([a-z_.]+)` \| .* \| (?:–|`(.*?)`) \| /gm)]
  assert.equal(rows.length, 13)
  for (const [, path = '', usual] of rows) {
    let holds: unknown = { reader: undefined, ...policyOf(null) }
    for (const name of path.split('.')) holds = (holds as Record<string, unknown>)[name]
    assert.deepEqual(holds, usual === undefined ? undefined : JSON.parse(usual), path)
  }
})

const known = new Set(['reader', ...Object.keys(usualPolicy), 'methods', 'proof_hours'])
const unknownName = fc.string({ maxLength: 12 }).filter(name => !known.has(name))
const unknown = fc.dictionary(unknownName, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })

test('fields that mean nothing here are kept to the letter, wherever they stand', () => {
  const groups = fc.record({ fields: unknown, timings: unknown, texts: unknown })
  fc.assert(
    fc.property(groups, ({ fields, timings, texts }) => {
      const inner = { idle_seconds: 30, ...without(timings, 'idle_seconds', 'done_seconds') }
      const own = without(texts, 'idle_title', 'idle_text', 'done_text')
      const text = JSON.stringify({ ...fields, reader: 1, timings: inner, texts: own })
      fc.pre(Buffer.byteLength(text) <= 8192)
      const stored = policyToText(5, read(JSON.parse(text)))
      assert.equal(JSON.stringify(readStored(stored)), text)
      assert.equal(policyOf(stored).timings.idle_seconds, 30)
    }),
  )
})

function without(fields: object, ...names: string[]): object {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}

test('seconds are whole and within their bounds', () => {
  const bounds = { idle_seconds: [20, 600], done_seconds: [5, 120] } as const
  fc.assert(
    fc.property(
      fc.constantFrom('idle_seconds' as const, 'done_seconds' as const),
      fc.oneof(fc.integer({ min: -10, max: 700 }), fc.double(), fc.constantFrom('60', null, true)),
      (name, value) => {
        const [least, most] = bounds[name]
        const good = Number.isInteger(value) && Number(value) >= least && Number(value) <= most
        const result = readDocument(JSON.stringify({ reader: 1, timings: { [name]: value } }))
        assert.equal('faults' in result, !good)
        if ('faults' in result) {
          const right = `a whole number of seconds, ${least} to ${most}`
          assert.deepEqual(result.faults, [`\`timings.${name}\` must be ${right}.`])
        }
      },
    ),
  )
})

test('a text is plain: 80 characters, nothing that is invisible or turns the line around', () => {
  const both = (text: string) => ({ texts: { idle_title: { ko: '가', en: text } } })
  for (const good of ['가'.repeat(80), '😀'.repeat(80), 'é', '👨‍👩‍👧', '<b>&amp;', 'नमस्ते'])
    read({ reader: 1, ...both(good) })
  for (const bad of [
    '',
    ' ',
    'a'.repeat(81),
    'a\nb',
    'a\u0000',
    '\u202eb',
    '\u2066b',
    '\u200fb',
    '\u2028',
    '\ufeffa',
    '\ud800',
    '\u3164',
    'a\u115f',
    '\u2800',
    '\u200d\ufe0f',
  ]) {
    assert.deepEqual(fault(both(bad)), [
      '`texts.idle_title.en` must be plain text of 1 to 80 characters, without line breaks.',
    ])
  }
})

test('each wrong field is named, with what would be right', () => {
  const wrong = {
    languages: ['ko', 'ja'],
    start: 'now',
    texts: { done_text: { ko: '끝' } },
    services: { offer: ['a', 'a'] },
    printing: 1,
    methods: ['sign_up'],
  }
  assert.deepEqual(fault(wrong), [
    '`languages` must be a list of `ko` and `en`, one of them at least, each once.',
    '`start` must be `touch` or `always`.',
    '`texts.done_text.en` must be plain text of 1 to 80 characters, without line breaks.',
    "`services.offer` must be a list of up to 50 services' ids, each once.",
    '`printing` must be an object.',
    '`methods` must be a list of `password` and, where they are open too, `passkey`, `remembered` (one tap on a phone that was remembered) and `sign_up`.',
  ])
  assert.deepEqual(fault({ printing: { ticket: 1, paper_mm: 76 } }), [
    '`printing.ticket` must be `true` or `false`.',
    '`printing.paper_mm` must be `58` or `80`.',
  ])
  for (const text of ['[]', 'null', '3', '"x"']) {
    assert.deepEqual(faults(text), ['A policy must be a JSON object.'])
  }
  assert.deepEqual(faults('{}'), ['`reader` must be 1.'])
  assert.match(faults('{"reader": 1,}').join(), /^This is no JSON: .*\.$/)
  assert.deepEqual(faults(JSON.stringify({ reader: 1, x: 'x'.repeat(8192) })), [
    'A policy has 8192 bytes at most.',
  ])
})

test('a document that needs a newer reader is refused when it is set', () => {
  assert.match(fault({ reader: newestReader + 1, start: 'now' }).join(), /needs reader 2/)
  assert.deepEqual(fault({ reader: 1.5 }), ['`reader` must be 1.'])
})

test('F34: where a row holds what this gate cannot judge, the usual is shown and nobody can sign in', () => {
  const rows = [
    rowOf({ reader: 2, start: 'always', methods: ['password'] }),
    rowOf({ reader: 1, methods: ['passkey'] }),
    rowOf({ reader: 1, start: 'dance' }),
    rowOf(undefined),
    '{"version":7,"docum',
  ]
  for (const row of rows) {
    assert.deepEqual(policyOf(row), { ...usualPolicy, version: 7, methods: [] })
    for (const method of methods) assert.equal(allows(row, method), false)
  }
  assert.deepEqual(policyOf('').methods, [])
})

test('the beginning of a row says its version', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e15 - 1 }), version => {
      const stored = policyToText(version, read({ reader: 1, version: 3, x: '"version":4,' }))
      assert.equal(policyVersion(stored.slice(0, versionLength)), version)
      assert.equal(policyOf(stored).version, version)
    }),
  )
  for (const none of [null, '', 'x', '{"version":-1,', '{}']) assert.equal(policyVersion(none), 0)
})

test('a screen is told what it knows, and nothing else that stands in the document', () => {
  const unknown = { password: 'p', constructor: 1, ['__proto__']: { idle_seconds: 1 } }
  const both = { ko: '안녕하세요', en: 'Hello' }
  const document = {
    reader: 1,
    ...unknown,
    timings: { ...unknown, idle_seconds: 30 },
    texts: { ...unknown, done_text: { ...both, fr: 'Bonjour' } },
    services: { ...unknown, offer: ['a'] },
    printing: { ...unknown, ticket: true, paper_mm: 58 },
  }
  assert.deepEqual(shownPolicy(policyToText(2, read(document))), {
    version: 2,
    languages: ['ko', 'en'],
    start: 'touch',
    timings: { idle_seconds: 30, done_seconds: 20 },
    texts: { done_text: both },
    services: { offer: ['a'] },
    printing: { ticket: true, paper_mm: 58 },
  })
})
