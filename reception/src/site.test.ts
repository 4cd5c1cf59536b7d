import assert from 'node:assert/strict'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder } from '../../test/support/reception-place.ts'
import { deskPlace, lineOf, placeOf, readSite, type Site } from './site.ts'

const clinic = JSON.parse(readFileSync(new URL('../clinic.json', import.meta.url), 'utf8')) as Site

test('a new place begins with a clinic that can be used, in a file to be changed', t => {
  const dataDir = folder(t)
  const site = readSite(dataDir)
  assert.deepEqual(site, clinic)
  const file = join(dataDir, 'reception.json')
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), clinic)
  assert.ok(statSync(file).mode & 0o200, 'its owner may write it')
  assert.deepEqual(
    site.services.map(({ letter }) => letter),
    ['A', 'B', 'C', 'D'],
  )
})

test('what its operator has written is read, and stays as it was written', t => {
  const dataDir = folder(t)
  const file = join(dataDir, 'reception.json')
  const [service] = clinic.services
  const [desk] = clinic.desks
  const text = JSON.stringify({ services: [service], desks: [desk] })
  writeFileSync(file, text)
  assert.deepEqual(readSite(dataDir), JSON.parse(text))
  assert.equal(readFileSync(file, 'utf8'), text)
})

/** The clinic with something else in it. */
function changed(change: (site: Record<string, never> & Site) => unknown): string {
  const copy = structuredClone(clinic) as Record<string, never> & Site
  change(copy)
  return JSON.stringify(copy)
}
const set = (of: unknown, change: Record<string, unknown>) => Object.assign(of as object, change)

/** A file, and what is to be said of it. */
const faults: Record<string, [string, RegExp]> = {
  'no JSON': ['{', /JSON/],
  'no object': ['[]', /it must be object\.$/],
  'no services': [changed(site => set(site, { services: [] })), /\/services must not have fewer/],
  'no desks': [changed(site => set(site, { desks: undefined })), /it must have required .*desks/],
  'a field that nobody knows': [
    changed(site => set(site, { hours: [] })),
    /: \/hours is no field of it\.$/,
  ],
  'another field in a desk': [
    changed(site => set(site.desks[0], { room: 1 })),
    /\/desks\/0\/room is no field of it\.$/,
  ],
  'an id with a blank': [
    changed(site => set(site.services[0], { id: 'a b' })),
    /\/services\/0\/id must match pattern/,
  ],
  'a small letter': [
    changed(site => set(site.services[1], { letter: 'b' })),
    /\/services\/1\/letter must match pattern/,
  ],
  'a name in one language': [
    changed(site => set(site.services[0], { name: { ko: '진료' } })),
    /\/services\/0\/name must have required .*en/,
  ],
  'a name that is too long': [
    changed(site => set(site.services[0], { name: { ko: '진료', en: 'x'.repeat(81) } })),
    /\/services\/0\/name\/en must not have more than 80 characters/,
  ],
  'an icon that nobody has drawn': [
    changed(site => set(site.services[0], { icon: 'dragon' })),
    /\/services\/0\/icon must be equal to one of/,
  ],
  'too many lines': [
    changed(site => set(site.services[0], { lines: Array(3).fill({ ko: '가', en: 'a' }) })),
    /\/services\/0\/lines must not have more than 2 items/,
  ],
  'a desk that serves nothing': [
    changed(site => set(site.desks[0], { services: [] })),
    /\/desks\/0\/services must not have fewer/,
  ],
  'a service twice': [
    changed(site => set(site.services[1], { id: 'consultation' })),
    /service consultation is there twice\.$/,
  ],
  'a letter twice': [
    changed(site => set(site.services[1], { letter: 'A' })),
    /letter A is there twice\.$/,
  ],
  'a desk twice': [
    changed(site => set(site.desks[1], { id: 'room-1' })),
    /desk room-1 is there twice\.$/,
  ],
  'a service that no desk serves': [
    changed(site => site.desks.splice(2, 1)),
    /no desk serves tests\.$/,
  ],
  'a desk that serves what is no service': [
    changed(site => site.desks[0]?.services.push('dance')),
    /a desk serves dance, which is no service\.$/,
  ],
}

for (const [what, [text, words]] of Object.entries(faults)) {
  test(`reception.json with a fault is refused, and it is said where and why: ${what}`, t => {
    const dataDir = folder(t)
    const file = join(dataDir, 'reception.json')
    writeFileSync(file, text)
    const fault = (error: unknown) => {
      assert.ok(error instanceof Error)
      assert.ok(error.message.startsWith(`${file} cannot be used: `), error.message)
      assert.match(error.message, words)
      return true
    }
    assert.throws(() => readSite(dataDir), fault)
  })
}

test('where to go: the service’s own place, or the only desk that serves it', () => {
  const [consultation, tests, payment] = clinic.services
  assert.ok(consultation && tests && payment)
  assert.deepEqual(placeOf(clinic, consultation), consultation.place)
  const { place, ...nowhere } = consultation
  assert.ok(place)
  assert.equal(placeOf(clinic, nowhere), undefined, 'two rooms')
  const lab = clinic.desks.find(({ id }) => id === 'lab')
  assert.deepEqual(placeOf(clinic, tests), { name: lab?.name, floor: lab?.floor })
  const [desk] = clinic.desks
  assert.ok(desk)
  assert.deepEqual(deskPlace({ ...desk, way: desk.name }), {
    name: desk.name,
    floor: desk.floor,
    way: desk.name,
  })
})

test('one line: all services of the desks that serve it', () => {
  assert.deepEqual(lineOf(clinic, 'consultation'), ['consultation'])
  assert.deepEqual(lineOf(clinic, 'payment').toSorted(), ['papers', 'payment'])
  assert.deepEqual(lineOf(clinic, 'none'), [])
})
