import assert from 'node:assert/strict'
import { test } from 'node:test'
import { alarmFor, type Turn } from '../../web/phone/turn.ts'

test('the phone tells of a turn when it comes and when few are ahead, once each', () => {
  const unknown = Infinity
  const cases: [before: Turn, after: Turn, alarm: 'called' | 'soon' | null][] = [
    [{ state: 'accepted', ahead: 3 }, { state: 'accepted', ahead: 2 }, null],
    [{ state: 'accepted', ahead: 3 }, { state: 'accepted', ahead: 1 }, 'soon'],
    [{ state: 'accepted', ahead: 1 }, { state: 'accepted', ahead: 0 }, 'soon'],
    [{ state: 'accepted', ahead: 1 }, { state: 'accepted', ahead: 1 }, null],
    [{ state: 'accepted', ahead: 0 }, { state: 'accepted', ahead: 1 }, null],
    [{ state: 'accepted', ahead: unknown }, { state: 'accepted', ahead: unknown }, null],
    [{ state: 'requested', ahead: unknown }, { state: 'accepted', ahead: 1 }, 'soon'],
    [{ state: 'accepted', ahead: 9 }, { state: 'called', ahead: 9 }, 'called'],
    [{ state: 'requested', ahead: unknown }, { state: 'called', ahead: unknown }, 'called'],
    [{ state: 'called', ahead: 1 }, { state: 'called', ahead: 0 }, null],
    // Called once more, and the phone has not seen what was between.
    [
      { state: 'called', ahead: unknown, calledAt: '1' },
      { state: 'called', ahead: unknown, calledAt: '2' },
      'called',
    ],
    [
      { state: 'called', ahead: unknown, calledAt: '1' },
      { state: 'called', ahead: unknown, calledAt: '1' },
      null,
    ],
    [{ state: 'called', ahead: unknown }, { state: 'accepted', ahead: 2 }, null],
    [{ state: 'called', ahead: 0 }, { state: 'done', ahead: 0 }, null],
    [{ state: 'accepted', ahead: 2 }, { state: 'cancelled', ahead: 0 }, null],
  ]
  for (const [before, after, alarm] of cases) {
    assert.equal(alarmFor(before, after), alarm, `${JSON.stringify([before, after])}`)
  }
})
