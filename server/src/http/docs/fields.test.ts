import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aboutOf, fieldsOf, typeOf } from './fields.ts'

test('every field has a line, those within named by what they stand in', () => {
  const frame = { type: 'object', properties: { url: { type: 'string' } }, required: ['url'] }
  const fields = fieldsOf({
    type: 'object',
    required: ['id', 'frame'],
    properties: {
      id: { type: 'string' },
      frame,
      frames: { type: 'array', items: frame },
      parts: { type: 'object', additionalProperties: frame },
    },
  })
  assert.deepEqual(
    fields.map(({ name, type, required }) => [name, type, required]),
    [
      ['id', 'string', true],
      ['frame', 'object', true],
      ['frame.url', 'string', true],
      ['frames', 'object[]', false],
      ['frames[].url', 'string', true],
      ['parts', 'object', false],
      ['parts.*', 'object', false],
      ['parts.*.url', 'string', true],
    ],
  )
})

test('a body that is a list has the fields of what is in it', () => {
  const list = { type: 'array', items: { properties: { id: { type: 'string' } } } }
  assert.deepEqual(
    fieldsOf(list).map(({ name }) => name),
    ['[].id'],
  )
})

test('a named schema is looked up, wherever it is referred to', () => {
  const known = { Refused: { type: 'object', properties: { code: { type: 'string' } } } }
  const refused = { $ref: '#/components/schemas/Refused' }
  const names = (schema: Parameters<typeof fieldsOf>[0]) => {
    return fieldsOf(schema, known).map(({ name }) => name)
  }
  assert.deepEqual(names(refused), ['code'])
  assert.deepEqual(names({ properties: { why: refused } }), ['why', 'why.code'])
  assert.equal(typeOf({ items: refused }, known), 'object[]')
  assert.deepEqual(names({ $ref: '#/components/schemas/Gone' }), [])
})

test('what may also be null has the fields and limits of what it is otherwise', () => {
  const place = { type: 'object', properties: { name: { type: 'string' } } }
  const nullable = { anyOf: [place, { type: 'null' }], description: 'Where to go.' }
  assert.deepEqual(
    fieldsOf({ properties: { place: nullable } }).map(({ name, type }) => [name, type]),
    [
      ['place', 'object | null'],
      ['place.name', 'string'],
    ],
  )
  assert.equal(aboutOf(nullable), 'Where to go.')
  assert.equal(aboutOf({ anyOf: [{ minimum: 0, maximum: 9 }, { type: 'null' }] }), 'From 0 to 9.')
})

test('a type says which values there are', () => {
  assert.equal(typeOf({ type: 'string', enum: ['kiosk', 'phone'] }), 'kiosk | phone')
  assert.equal(typeOf({ anyOf: [{ enum: ['a'] }, { type: 'number' }] }), 'a | number')
  assert.equal(typeOf({ oneOf: [{ type: 'null' }, { type: 'string' }] }), 'null | string')
  assert.equal(typeOf({ type: ['string', 'null'] }), 'string | null')
  assert.equal(typeOf({}), 'any')
})

test('limits are told in words', () => {
  assert.equal(aboutOf({ minimum: 0, maximum: 25 }), 'From 0 to 25.')
  assert.equal(
    aboutOf({ minimum: -1, description: 'The last `seq`.' }),
    'The last `seq`. At least -1.',
  )
  assert.equal(aboutOf({ minLength: 1, maxLength: 64 }), 'From 1 to 64 characters.')
  assert.equal(aboutOf({ maxLength: 64, pattern: '^a$' }), 'At most 64 characters. Like ^a$.')
  assert.equal(aboutOf({ default: false }), 'Default: false.')
})
