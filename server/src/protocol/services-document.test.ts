import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readServices } from './services-document.ts'

const exam = { id: 'exam', name: { ko: '진료', en: 'See a doctor' }, icon: 'doctor' }

const faults = (...services: unknown[]) => {
  const read = readServices(JSON.stringify({ services }))
  return 'faults' in read ? read.faults : []
}

test('a document of services is read as it was written', () => {
  const lines = [{ ko: '접수', en: 'Desk' }]
  const closed = { ko: '점심시간', en: 'Lunch' }
  const services = [exam, { ...exam, id: 'pay', lines, closed }]
  assert.deepEqual(readServices(JSON.stringify({ services })), { services })
  assert.deepEqual(readServices('{"services": []}'), { services: [] })
})

test('what is wrong with it is said in a sentence that names the field', () => {
  const both = '`{"ko": "…", "en": "…"}`, plain text of 1 to 80 characters each'
  const cases: [unknown[], RegExp | string][] = [
    [
      [{ ...exam, name: { ko: '진료' } }],
      /^`services\[0\]\.name\.en` must be plain text of 1 to 80/,
    ],
    [[exam, { ...exam, id: 'a b' }], /^`services\[1\]\.id` must be a letter or digit, then/],
    [[{ ...exam, icon: 'rocket' }], /^`services\[0\]\.icon` must be one of doctor, /],
    [[{ ...exam, lines: ['x'] }], `\`services[0].lines[0]\` must be ${both}.`],
    [[{ ...exam, closed: true }], `\`services[0].closed\` must be ${both}.`],
    [[{ id: 'exam', icon: 'doctor' }], `\`services[0].name\` must be ${both}.`],
    [['exam'], '`services[0]` must be a JSON object.'],
    [Array.from({ length: 51 }, (_, n) => ({ ...exam, id: `${n}` })), /^`services` must be a list/],
    [[exam, exam], 'The service `exam` is there twice.'],
  ]
  for (const [services, expected] of cases) {
    const found = faults(...services)
    const what = JSON.stringify(services).slice(0, 120)
    if (typeof expected === 'string') assert.deepEqual(found, [expected], what)
    else assert.match(found.join('\n'), expected, what)
  }
  assert.deepEqual(readServices('[]'), { faults: ['The document must be a JSON object.'] })
  const broken = readServices('{"services": [')
  assert.match('faults' in broken ? broken.faults.join() : '', /^This is no JSON: /)
})
