import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { faultsIn, referenceOf } from '../../scripts/sdk-reference.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const docs = readFileSync(`${root}docs/sdk.md`, 'utf8')
const reference = referenceOf(`${root}sdk`)

test("the SDK's reference is complete", () => {
  assert.deepEqual(faultsIn(docs, reference), [])
})

test('every export, attribute, event, slot, part, property and method that goes missing is found', () => {
  for (const [heading, names] of reference) {
    assert.ok(names.size > 0, heading)
    for (const name of names) {
      const [before = '', after = ''] = docs.split(`# ${heading}\n`)
      const without = `${before}# ${heading}\n${after.replace(new RegExp(`\`${name}(?=[\`(])`), '`another')}`
      const faults = faultsIn(without, reference)
      assert.ok(faults.includes(`docs/sdk.md does not name ${name} under "${heading}"`), name)
      assert.ok(faults.some(fault => fault.startsWith('docs/sdk.md names another')))
    }
  }
})

test('the reference is read from the source, so what is added there is missed here', () => {
  const names = (heading: string) => [...(reference.get(heading) ?? [])]
  assert.ok(names('Attributes of `<qrgate-kiosk>`').includes('lang'))
  assert.ok(names('Attributes of `<qrgate-kiosk>`').includes('linger'))
  assert.ok(names('Slots of `<qrgate-kiosk>`').includes('code-help'))
  assert.ok(names('Events of `<qrgate-kiosk>`').includes('qrgate-trouble'))
  assert.ok(names('Members of `Kiosk`').includes('stop'))
  assert.ok(!names('Members of `Kiosk`').includes('constructor'))
})
