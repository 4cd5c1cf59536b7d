import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '../../chaos/checker.ts'
import type { Event } from '../../chaos/final-state.ts'
import {
  claim,
  denied,
  goodStory,
  handOff,
  id,
  Story,
  typed,
  windows,
} from '../support/chaos-story.ts'

const event = (story: Story, name: string, of = id): Event => {
  const found = story.final.events.find(({ event, subject }) => event === name && subject === of)
  assert.ok(found)
  return found
}
const without = (story: Story, name: string) => {
  story.final.events = story.final.events.filter(({ event }) => event !== name)
}

/** Someone is told done at 61, and nothing more happens. */
const approvedOnly = () =>
  new Story()
    .does('phone', 'scan', 'ok', { state: 'scanned', seq: 1 })
    .does('phone', 'sign_in', 'ok', { state: 'approved', seq: 2 }, typed)
    .logs({ event: 'sign_in.scanned', account: null }, { event: 'sign_in.approved' })

const expired = (story: Story) =>
  story
    .logs({ event: 'sign_in.expired', actorKind: 'system', detail: { reason: 'unclaimed' } })
    .stores({ state: 'expired', reason: 'unclaimed', seq: 3, handOff: null })

/** By the invariant that is broken. */
const planted: [invariant: string, what: string, plant: (story: Story) => unknown][] = [
  ['I1', 'two approvals', story => story.logs({ event: 'sign_in.approved' })],
  [
    'I1',
    'approved by a phone that has not scanned',
    story => {
      event(story, 'sign_in.approved').actor = 'phone 2'
    },
  ],
  [
    'I1',
    'two phones are told done',
    story => story.does('other phone', 'sign_in', 'ok', { state: 'ended', seq: 5 }, typed),
  ],
  [
    'I1',
    'an owner who has not signed in',
    story => {
      event(story, 'sign_in.approved').account = 'key 1'
    },
  ],
  [
    'I1',
    'another owner later',
    story => {
      Object.assign(story.final.signIns[0] as object, { account: 'key 1' })
    },
  ],
  [
    'I2',
    'a stranger is answered',
    story => story.does('stranger', 'view', 'ok', { state: 'ended', seq: 5 }),
  ],
  [
    'I2',
    'a name without a claim',
    story => story.does('kiosk', 'view', 'ok', { state: 'ended', seq: 5, name: '가*김' }),
  ],
  [
    'I2',
    'the name of somebody else',
    story => {
      for (const line of story.lines) if ('name' in line) line.name = '나*이'
    },
  ],
  [
    'I3',
    'a claim is refused after the phone was told done',
    () => expired(approvedOnly().does('kiosk', 'claim', 'fail', { status: 410, code: 'expired' })),
  ],
  [
    'I3',
    'a kiosk that looks is never told',
    () => expired(approvedOnly().does('kiosk', 'view', 'ok', { state: 'scanned', seq: 1 })),
  ],
  [
    'I3',
    'a kiosk that watches is told of nothing but the end',
    () =>
      expired(
        new Story()
          .does('kiosk', 'watch', 'ok', { state: 'pending', seq: 0 }, { socket: 1 })
          .does('phone', 'scan', 'ok', { state: 'scanned', seq: 1 })
          .does('phone', 'sign_in', 'ok', { state: 'approved', seq: 2 }, typed)
          .hears(1, { state: 'expired', seq: 3 })
          .logs({ event: 'sign_in.scanned', account: null }, { event: 'sign_in.approved' }),
      ),
  ],
  [
    'I3',
    'a claim whose answer was lost cannot be repeated',
    () =>
      approvedOnly()
        .does('kiosk', 'claim', 'unknown')
        .does('kiosk', 'claim', 'fail', { status: 409, code: 'already_ended' })
        .logs(
          { event: 'sign_in.claimed' },
          { event: 'visit.ended', detail: { reason: 'absolute' } },
        )
        .stores({ reason: 'absolute' }),
  ],
  [
    'I4',
    'two claims differ',
    story => story.does('kiosk', 'claim', 'ok', { ...claim, digest: 'other' }),
  ],
  ['I4', 'claimed twice', story => story.logs({ event: 'sign_in.claimed' })],
  ['I4', 'a stranger claims', story => story.does('stranger', 'claim', 'ok', claim)],
  [
    'I5',
    'what was final goes on',
    story =>
      void story.does('phone', 'view', 'ok', { state: 'scanned', seq: 6 }, { signIn: denied }),
  ],
  [
    'I5',
    'what was final is another end in the store',
    story => {
      Object.assign(story.final.signIns[1] as object, { state: 'expired' })
    },
  ],
  ['I5', 'something happens after the end', story => story.logs({ event: 'sign_in.claimed' })],
  [
    'I6',
    'approved after its time',
    () =>
      new Story()
        .does('phone', 'scan', 'ok', { state: 'scanned', seq: 1 })
        .wait(windows.scanned + 5_000)
        .does('phone', 'sign_in', 'ok', { state: 'approved', seq: 2 }, typed)
        .logs({ event: 'sign_in.scanned', account: null }, { event: 'sign_in.approved' }),
  ],
  ['I7', 'told done, and nothing is stored', story => without(story, 'sign_in.approved')],
  [
    'I7',
    'all were told that it failed, and it happened',
    story => {
      for (const line of story.lines) {
        if (line.type === 'ok' && line.signIn === denied && line.state === 'denied') {
          Object.assign(line, { type: 'fail', status: 503, code: 'storage_busy' })
        }
      }
    },
  ],
  [
    'I7',
    'told that it failed, and seen to happen before the next try',
    story => {
      const heard = story.lines.find(line => line.type === 'heard' && line.state === 'approved')
      const failed = story.lines.findIndex(({ type }) => type === 'fail')
      assert.ok(heard)
      heard.at = (story.lines[failed]?.at ?? 0) + 1
      story.lines.splice(story.lines.indexOf(heard), 1)
      story.lines.splice(failed + 1, 0, heard)
    },
  ],
  ['I8', 'shown as claimed by nobody', story => without(story, 'sign_in.claimed')],
  [
    'I9',
    'a socket hears of what it has not asked for',
    story => story.hears(2, { state: 'ended', seq: 5 }),
  ],
  ['I10', 'ended twice', story => story.logs({ event: 'visit.ended' })],
  ['I10', 'ended without a word', story => without(story, 'visit.ended')],
  [
    'I11',
    'approved for a disabled account',
    story => {
      event(story, 'sign_in.approved').account = 'key 2'
    },
  ],
  [
    'I12',
    'open after its time',
    story => {
      without(story, 'visit.ended')
      Object.assign(story.final.signIns[0] as object, { state: 'claimed' })
    },
  ],
  [
    'I13',
    'approved before it was scanned',
    story => {
      story.final.events.unshift(...story.final.events.splice(1, 1))
    },
  ],
  [
    'I13',
    'approved by a phone that never scanned',
    story => {
      for (const line of story.lines) {
        if (line.type === 'invoke' && line.act === 'scan') line.who = 'other phone'
      }
    },
  ],
  ['I14', 'old news on a socket', story => story.hears(1, { state: 'claimed', seq: 3 })],
  [
    'I14',
    'somebody is told less than another was told before',
    story => story.does('phone', 'view', 'ok', { state: 'claimed', seq: 4 }),
  ],
  [
    'I14',
    'two states under one seq',
    story => story.does('phone', 'view', 'ok', { state: 'approved', seq: 5 }),
  ],
  [
    'I15',
    'after all of it somebody is shown what is not stored',
    story => {
      Object.assign(story.final.signIns[0] as object, { seq: 6 })
    },
  ],
  [
    'refusals',
    'an answer that nobody has meant to give',
    story => story.does('phone', 'view', 'unknown', { status: 500, code: 'internal' }),
  ],
  [
    'hand-offs',
    'two for one service',
    story => {
      const detail = { sign_in: id, service: 'exam' }
      story.logs({ event: 'hand_off.requested', subject: 'hand-off 2', detail })
    },
  ],
  [
    'hand-offs',
    'two that stand',
    story => {
      const [row] = story.final.handOffs
      assert.ok(row)
      story.final.handOffs.push({ ...row, id: 'hand-off 2', number: null })
    },
  ],
  ['hand-offs', 'told of, and not in the log', story => without(story, 'hand_off.requested')],
  ['numbers', 'two numbers for one', story => story.asks('A-2')],
  ['numbers', 'one number for two', story => story.asks('A-1', 'hand-off 2')],
  ['numbers', 'asked for by nobody', story => story.asks('A-2', 'hand-off 2')],
  [
    'numbers',
    'stored as another',
    story => {
      Object.assign(story.final.handOffs[0] as object, { number: 'A-7' })
    },
  ],
  [
    'numbers',
    'the phone is told another',
    story => {
      const other = { ...handOff, number: 'A-9' }
      story.does('phone', 'view', 'ok', { state: 'ended', seq: 5, handOff: other })
    },
  ],
]

test('F36: a history in which all is well is found so', () => {
  const { lines, final } = goodStory()
  assert.deepEqual(check(lines, final, windows), [])
})

test('F36: a kiosk that learns of an approval and goes away has not lost it', () => {
  const story = approvedOnly().does('kiosk', 'view', 'ok', { state: 'approved', seq: 2 })
  const { lines, final } = expired(story)
  assert.deepEqual(check(lines, final, windows), [])
})

for (const [invariant, what, plant] of planted) {
  test(`F36 ${invariant}: a planted violation is found: ${what}`, () => {
    const story = goodStory()
    const changed = plant(story)
    const { lines, final } = changed instanceof Story ? changed : story
    const found = check(lines, final, windows)
    const names = found.map(violation => violation.invariant)
    assert.ok(names.includes(invariant), `found ${names.join(', ') || 'nothing'}`)
  })
}

test('F36: every invariant has a violation that is planted', () => {
  const all = Array.from({ length: 15 }, (_, n) => `I${n + 1}`)
  const names = new Set(planted.map(([invariant]) => invariant))
  assert.deepEqual([...names].toSorted(), [...all, 'hand-offs', 'numbers', 'refusals'].toSorted())
})
