import type { Event, FinalState } from '../../chaos/final-state.ts'
import type { Act, Doing, Line, Outcome, Told, Who } from '../../chaos/history.ts'

/*
 * A history of a campaign, told by hand, with what is stored in the end: for tests of its checker.
 */

export const windows = {
  pending: 60_000,
  scanned: 60_000,
  approved: 90_000,
  claimAgain: 60_000,
  visit: 60_000,
}
export const id = 'sign-in 1'
export const denied = 'sign-in 2'
export const handOff = {
  id: 'hand-off 1',
  seq: 2,
  state: 'accepted',
  service: 'exam',
  number: 'A-1',
}
const asked = { id: handOff.id, seq: 1, state: 'requested', service: 'exam' }
export const claim = { status: 200, state: 'claimed', name: '가*김', digest: 'same' }

/** What is told, with what stands around it. */
interface Answered extends Told {
  status?: number
  code?: string
}

/** What was done and told, and what is stored in the end; both may be changed. */
export class Story {
  readonly lines: Line[] = []
  readonly final: { -readonly [Name in keyof FinalState]: FinalState[Name][number][] } = {
    signIns: [],
    handOffs: [],
    events: [],
    accounts: [
      { key: 'key 0', id: 'visitor-0', name: '가길김', disabled: false },
      { key: 'key 1', id: 'visitor-1', name: '나길이', disabled: false },
      { key: 'key 2', id: 'visitor-2', name: '가길김', disabled: true },
    ],
  }
  #at = 1
  #op = 0

  /** One thing after the other; `socket` and the like go with what is done. */
  does(who: Who, act: Act, type: Outcome, told: Answered = {}, more: Partial<Doing> = {}): this {
    this.#op += 1
    const signIn = more.signIn ?? id
    this.lines.push({
      type: 'invoke',
      op: this.#op,
      at: this.#next(),
      who,
      act,
      node: 0,
      ...more,
      signIn,
    })
    this.lines.push({ type, op: this.#op, at: this.#next(), signIn, ...told })
    return this
  }

  hears(socket: number, told: Told, who: Who = 'kiosk'): this {
    this.lines.push({ type: 'heard', at: this.#next(), who, signIn: id, node: 0, socket, ...told })
    return this
  }

  wait(ms: number): this {
    this.#at += ms
    return this
  }

  asks(number: string, of = handOff.id): this {
    const at = this.#next()
    this.lines.push({ type: 'asked', at, signIn: '', handOff: of, number, how: 'answers' })
    return this
  }

  logs(...events: (Partial<Event> & Pick<Event, 'event'>)[]): this {
    for (const event of events) {
      const subjectKind = event.event.startsWith('hand_off') ? 'hand_off' : 'sign_in'
      const subject = subjectKind === 'hand_off' ? handOff.id : id
      const by = { actorKind: 'phone', actor: 'phone 1', account: 'key 0', detail: {} }
      this.final.events.push({ ...by, subjectKind, subject, ...event })
    }
    return this
  }

  stores(change: Partial<FinalState['signIns'][number]> = {}): this {
    const row = {
      id,
      state: 'ended',
      reason: 'kiosk',
      seq: 4,
      account: 'key 0',
      handOff: handOff.id,
    }
    this.final.signIns.push({ ...row, ...change })
    return this
  }

  #next(): number {
    this.#at += 10
    return this.#at
  }
}

/** Someone signs in with a double tap, at two nodes; the kiosk claims again, and is given a number. */
export function goodStory(): Story {
  const story = new Story()
    .does('kiosk', 'watch', 'ok', { state: 'pending', seq: 0 }, { socket: 1 })
    .does('phone', 'scan', 'unknown')
    .hears(1, { state: 'scanned', seq: 1 })
    .does('phone', 'scan', 'ok', { status: 200, state: 'scanned', seq: 1 })
    .does('phone', 'sign_in', 'fail', { status: 503, code: 'storage_busy' }, typed)
    .does('phone', 'sign_in', 'ok', { status: 200, state: 'approved', seq: 2 }, typed)
    .does('phone', 'sign_in', 'ok', { status: 200, state: 'approved', seq: 2 }, typed)
    .hears(1, { state: 'approved', seq: 2 })
    .does('stranger', 'claim', 'fail', { status: 401, code: 'kiosk_secret_wrong' })
    .does('kiosk', 'claim', 'ok', claim)
    .does('kiosk', 'claim', 'ok', { ...claim, handOff: undefined as never })
    .hears(1, { state: 'claimed', seq: 3 })
    .does(
      'kiosk',
      'choose',
      'ok',
      { state: 'claimed', seq: 4, handOff: asked },
      { service: 'exam' },
    )
    .asks('A-1')
    .asks('A-1')
    .hears(1, { state: 'claimed', seq: 4, handOff })
    .does('phone', 'view', 'ok', { state: 'claimed', seq: 4, handOff })
    .does('kiosk', 'end', 'ok', { state: 'ended', seq: 5, handOff })
    .does('phone', 'view', 'ok', { state: 'ended', seq: 5, handOff }, { last: true })
    .logs(
      { event: 'sign_in.scanned', account: null },
      { event: 'sign_in.approved' },
      { event: 'sign_in.claimed', actorKind: 'kiosk', actor: '1' },
      { event: 'hand_off.requested', detail: { sign_in: id, service: 'exam' } },
      { event: 'hand_off.accepted' },
      { event: 'visit.ended', detail: { reason: 'kiosk' } },
    )
    .stores({ seq: 5 })
  story.final.handOffs.push({
    ...{ id: handOff.id, signIn: id, service: 'exam' },
    ...{ state: 'accepted', reason: null, number: 'A-1' },
  })
  return story
    .does('phone', 'scan', 'ok', { state: 'scanned', seq: 1 }, { signIn: denied })
    .does('phone', 'deny', 'ok', { state: 'denied', seq: 2 }, { signIn: denied })
    .logs(
      { event: 'sign_in.scanned', subject: denied, account: null },
      { event: 'sign_in.denied', subject: denied, account: null },
    )
    .stores({ id: denied, state: 'denied', reason: null, seq: 2, account: null, handOff: null })
}

export const typed = { account: 'visitor-0' }
