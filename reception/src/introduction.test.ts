import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Service, SiteView } from '@qrgate/sdk/protocol'
import { pino } from 'pino'
import { both, hour, openPlace, type Scope } from '../../test/support/reception-place.ts'
import { unknownPlace } from './gate.ts'
import { createIntroduction } from './introduction.ts'

const clinic: SiteView = {
  name: both('서울내과', 'Seoul Clinic'),
  time_zone: 'Asia/Seoul',
  hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '18:00' }],
}

/** Reception that introduces itself to a gate, which can be away. */
async function setUp(t: Scope) {
  const { db, site, clock, pass, setClock, act } = openPlace(t)
  const gate = { isAway: false, site: clinic as SiteView | undefined, offers: [] as Service[][] }
  let changes = 0
  const answered = async <Answer>(answer: () => Answer) => {
    if (gate.isAway) throw new Error('the gate is away')
    return answer()
  }
  const create = () =>
    createIntroduction({
      ...{ db, site, clock },
      gate: {
        place: () => answered(() => gate.site),
        offer: services => answered(() => void gate.offers.push(services)),
      },
      changed: () => {
        changes += 1
      },
      logger: pino({ level: 'silent' }),
    })
  /** Why each service cannot be asked for, as the gate was told last. */
  const closed = () => {
    return Object.fromEntries((gate.offers.at(-1) ?? []).map(one => [one.id, one.closed?.en]))
  }
  const introduction = await create()
  return { act, pass, setClock, gate, create, introduction, closed, changes: () => changes }
}

test('it offers what there is, without what concerns nobody at a kiosk', async t => {
  const { gate, introduction } = await setUp(t)
  await introduction.renew()
  assert.deepEqual(gate.offers, [
    [
      { id: 'exam', name: both('진료 접수', 'See a doctor'), icon: 'doctor' },
      { id: 'test', name: both('검사 접수', 'Tests'), icon: 'test' },
      { id: 'pay', name: both('수납', 'Pay'), icon: 'pay' },
    ],
  ])
  assert.deepEqual(introduction.place, clinic)
  assert.equal(introduction.today(), '2026-11-30')
})

test('what is offered already is not offered again', async t => {
  const { gate, introduction, pass } = await setUp(t)
  await introduction.renew()
  pass(hour)
  await Promise.all([introduction.renew(), introduction.renew()])
  assert.equal(gate.offers.length, 1)
})

test('what a desk has closed is closed at the kiosks, until it is opened or the day is over', async t => {
  const { act, closed, introduction, setClock } = await setUp(t)
  const finished = { exam: 'Closed for today', test: undefined, pay: undefined }
  const open = { exam: undefined, test: undefined, pay: undefined }
  await act('service', { service: 'exam', closed: true })
  await introduction.renew()
  assert.deepEqual(closed(), finished)
  await act('service', { service: 'exam', closed: false })
  await introduction.renew()
  assert.deepEqual(closed(), open)
  await act('service', { service: 'exam', closed: true })
  await introduction.renew()
  setClock(Date.parse('2026-12-01T00:00:00Z'))
  await introduction.renew()
  assert.deepEqual(closed(), open)
})

test('out of hours nothing is offered, by the place’s clock; what was closed by hand says so', async t => {
  const { act, closed, introduction, setClock } = await setUp(t)
  const outOfHours = 'Closed at this hour'
  const at = async (time: string) => {
    setClock(Date.parse(time))
    await introduction.renew()
    return closed()
  }
  assert.equal((await at('2026-11-30T08:59:59Z')).exam, undefined)
  assert.deepEqual(await at('2026-11-30T09:00:00Z'), {
    ...{ exam: outOfHours, test: outOfHours, pay: outOfHours },
  })
  await act('service', { service: 'pay', closed: true })
  assert.deepEqual(await at('2026-11-30T09:01:00Z'), {
    ...{ exam: outOfHours, test: outOfHours, pay: 'Closed for today' },
  })
  assert.equal((await at('2026-12-01T00:00:00Z')).pay, undefined)
  // Saturday.
  assert.equal((await at('2026-12-05T01:00:00Z')).exam, outOfHours)
})

test('a place that has no hours is always open', async t => {
  const { closed, gate, introduction, setClock } = await setUp(t)
  gate.site = { ...clinic, hours: [] }
  setClock(Date.parse('2026-12-05T18:00:00Z'))
  await introduction.renew()
  assert.equal(closed().exam, undefined)
})

test('the place is kept for when the gate is away: also the zone, so that a day stays the day', async t => {
  const { create, gate, introduction, setClock } = await setUp(t)
  await introduction.renew()
  gate.isAway = true
  const again = await create()
  await again.renew()
  assert.equal(again.isAway(), true)
  assert.deepEqual(again.place, clinic)
  // By UTC it is the 30th still.
  setClock(Date.parse('2026-11-30T19:00:00Z'))
  assert.equal(again.today(), '2026-12-01')
})

test('before any gate was reached the place is one that nobody has named', async t => {
  const { gate, introduction } = await setUp(t)
  gate.isAway = true
  await introduction.renew()
  assert.deepEqual(introduction.place, unknownPlace)
  gate.isAway = false
  gate.site = undefined
  await introduction.renew()
  assert.deepEqual(introduction.place, unknownPlace, 'an older gate says nothing of it')
})

test('that the gate is away is noticed once, and that it is back; then all is offered again', async t => {
  const { changes, gate, introduction } = await setUp(t)
  await introduction.renew()
  const before = changes()
  gate.isAway = true
  await introduction.renew()
  await introduction.renew()
  assert.equal(introduction.isAway(), true)
  assert.equal(changes(), before + 1)
  gate.isAway = false
  await introduction.renew()
  assert.equal(introduction.isAway(), false)
  assert.equal(changes(), before + 2)
  assert.equal(gate.offers.length, 2, 'it may be one that was restored')
})

test('a place that is another now is kept, and shown', async t => {
  const { changes, create, gate, introduction } = await setUp(t)
  await introduction.renew()
  const before = changes()
  gate.site = { ...clinic, name: both('부산내과', 'Busan Clinic') }
  await introduction.renew()
  assert.equal(changes(), before + 1)
  assert.deepEqual((await create()).place, gate.site)
})

test('a zone that this Node knows nothing of is not taken over, and what is known holds', async t => {
  const { create, gate, introduction } = await setUp(t)
  await introduction.renew()
  gate.site = { ...clinic, time_zone: 'Mars/Olympus_Mons' }
  await introduction.renew()
  assert.equal(introduction.isAway(), true)
  assert.equal(introduction.today(), '2026-11-30')
  assert.deepEqual((await create()).place, clinic)
})
