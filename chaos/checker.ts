import { type Case, casesOf, type Op, type Sight } from './cases.ts'
import type { Event, FinalState } from './final-state.ts'
import { handOffRules, numberRules } from './hand-off-rules.ts'
import type { Act, Line, Who } from './history.ts'
import type { Found, Violation, Windows } from './violation.ts'

type Rule = (of: Case, windows: Windows) => Iterable<Found>

/**
 * Compares what clients did and were told with what is stored in the end. Times are those of the one clock
 * of whoever looked on: what was asked for after another answer had come happened after it.
 */
export function check(lines: readonly Line[], final: FinalState, windows: Windows): Violation[] {
  const cases = casesOf(lines, final)
  const found = cases.flatMap(of =>
    Object.entries(rules).flatMap(([invariant, rule]) =>
      [...rule(of, windows)].map(found => ({ invariant, signIn: of.id, ...found })),
    ),
  )
  const ofNumbers = [...numberRules(cases, lines)]
  return [...found, ...ofNumbers.map(found => ({ invariant: 'numbers', signIn: '', ...found }))]
}

const finals = new Set(['denied', 'cancelled', 'expired', 'ended'])
const finalEvents = new Set([
  ...['sign_in.denied', 'sign_in.cancelled', 'sign_in.expired'],
  'visit.ended',
])

/** What must have been done by somebody who was not told that it failed. */
const causes: Record<string, (event: Event) => readonly Act[] | undefined> = {
  'sign_in.scanned': () => ['scan', 'sign_in', 'deny'],
  'sign_in.approved': () => ['sign_in'],
  'sign_in.denied': () => ['deny'],
  'sign_in.claimed': () => ['claim'],
  'sign_in.cancelled': causeOfEnd,
  'visit.ended': causeOfEnd,
  'report.not_me': () => ['not_me'],
}

function causeOfEnd({ detail }: Event): readonly Act[] | undefined {
  if (detail.reason === 'kiosk' || detail.reason === 'not_my_phone') return ['cancel', 'end']
  if (detail.reason === 'phone') return ['end']
  return detail.reason === 'not_me' ? ['not_me'] : undefined
}

/** What is in the log once somebody was told that it is done. */
const effects: Partial<Record<Act, readonly string[]>> = {
  scan: ['sign_in.scanned'],
  sign_in: ['sign_in.approved'],
  deny: ['sign_in.denied'],
  claim: ['sign_in.claimed'],
  cancel: ['sign_in.cancelled'],
  end: ['visit.ended', 'sign_in.cancelled'],
  not_me: ['report.not_me'],
}

/** Seen in this state, it was brought there by one of these. */
const causesOfState: Partial<Record<string, readonly Act[]>> = {
  scanned: ['scan', 'sign_in', 'deny'],
  approved: ['sign_in'],
  claimed: ['claim'],
  denied: ['deny'],
}

const may = (of: Case, ...acts: readonly Act[]): Op[] =>
  of.ops.filter(({ act, outcome }) => outcome !== 'fail' && acts.includes(act))
const done = (of: Case, act: Act): Op[] => may(of, act).filter(({ outcome }) => outcome === 'ok')
const count = (of: Case, name: string) => of.events.filter(({ event }) => event === name).length
const isPhone = (who: Who) => who === 'phone' || who === 'other phone'
const linesOf = (ops: readonly { lines: readonly Line[] }[]) => ops.flatMap(({ lines }) => lines)

const rules: Record<string, Rule> = {
  *I1(of) {
    const approved = of.events.filter(({ event }) => event === 'sign_in.approved')
    const tries = may(of, 'sign_in')
    if (approved.length > 1) yield { what: 'approved twice', lines: linesOf(tries) }
    const [by] = approved
    const scan = of.events.find(({ event }) => event === 'sign_in.scanned')
    if (by && by.actor !== scan?.actor) {
      yield { what: 'approved by another phone than has scanned', lines: linesOf(tries) }
    }
    const whoWasTold = new Set(done(of, 'sign_in').map(({ who }) => who))
    if (whoWasTold.size > 1) yield { what: 'two phones were told done', lines: linesOf(tries) }
    const typed = new Set(tries.map(({ account }) => account))
    if (by && !typed.has(of.accounts.get(by.account ?? '')?.id)) {
      yield { what: 'the owner is nobody who has signed in', lines: linesOf(tries) }
    }
    if (by && of.row && of.row.account !== by.account) {
      yield { what: 'the owner is another one later', lines: linesOf(tries) }
    }
  },

  *I2(of) {
    const told = of.ops.filter(({ who, outcome }) => who === 'stranger' && outcome === 'ok')
    if (told.length > 0) yield { what: 'a stranger was answered', lines: linesOf(told) }
    const named = of.ops.filter(({ name, act }) => name !== undefined && act !== 'claim')
    if (named.length > 0) yield { what: 'a name without a claim', lines: linesOf(named) }
    const by = of.events.find(({ event }) => event === 'sign_in.approved')
    const name = masked(of.accounts.get(by?.account ?? '')?.name)
    const wrong = done(of, 'claim').filter(claim => claim.name !== name)
    if (wrong.length > 0) yield { what: `claimed as another than ${name}`, lines: linesOf(wrong) }
  },

  *I3(of, { approved, claimAgain, visit }) {
    const [told] = done(of, 'sign_in')
    if (told === undefined) return
    const earliest = Math.min(...may(of, 'sign_in').map(({ from }) => from))
    const firstClaim = Math.min(...may(of, 'claim').map(({ from }) => from))
    const windowEnds = Math.min(earliest + approved, firstClaim + Math.min(claimAgain, visit))
    const ending = may(of, 'end', 'not_me', 'cancel')
    const isOpen = (at: number) => at < windowEnds && !ending.some(({ from }) => from < at)
    const mine = of.ops.filter(({ who, from }) => who === 'kiosk' && from > told.to)
    for (const op of mine) {
      const isRefused = op.act === 'claim' && op.outcome === 'fail' && (op.status ?? 0) < 500
      if (isRefused && isOpen(op.to)) {
        yield { what: 'lost: the claim was refused', lines: linesOf([told, op]) }
      }
    }
    const hears = of.heard.filter(({ who }) => who === 'kiosk')
    const hasLearned = [...mine, ...hears].some(({ state }) => state === 'approved')
    if (hasLearned || firstClaim < Infinity || ending.length > 0) return
    if (count(of, 'sign_in.expired') === 0) return
    // It was there: it has asked in time, or a socket of its own told it of the end.
    const looked = mine.filter(({ outcome, to }) => outcome === 'ok' && to < windowEnds)
    const heard = hears.filter(({ state }) => state === 'expired')
    if (looked.length > 0 || heard.length > 0) {
      yield {
        what: 'lost: the kiosk never learned',
        lines: [...linesOf([told, ...looked]), ...heard],
      }
    }
  },

  *I4(of) {
    const claims = done(of, 'claim')
    const told = new Set(claims.map(({ digest }) => digest))
    if (told.size > 1) yield { what: 'repeated claims differ', lines: linesOf(claims) }
    if (count(of, 'sign_in.claimed') > 1) yield { what: 'claimed twice', lines: linesOf(claims) }
    const others = claims.filter(({ who }) => who !== 'kiosk')
    if (others.length > 0) yield { what: 'claimed by another', lines: linesOf(others) }
  },

  *I5(of) {
    const [first] = of.sights.filter(({ state }) => finals.has(state))
    if (first !== undefined) {
      for (const sight of of.sights) {
        if (sight.state === first.state) continue
        // What a socket says late may have been true when it was said.
        const isOther = finals.has(sight.state) || sight.from > first.to
        if (isOther) yield { what: `${first.state} is not final`, lines: linesOf([first, sight]) }
      }
      if (of.row && of.row.state !== first.state) {
        yield { what: `${first.state}, and ${of.row.state} in the end`, lines: first.lines }
      }
    }
    const end = of.events.findIndex(({ event }) => finalEvents.has(event))
    const after = end < 0 ? [] : of.events.slice(end + 1)
    const late = after.filter(({ event }) => event !== 'report.not_me')
    if (late.length > 0) yield { what: `${late[0]?.event} after the end`, lines: linesOf(of.ops) }
  },

  *I6(of, { scanned }) {
    const began = Math.min(...done(of, 'scan').map(({ to }) => to))
    const inTime = may(of, 'sign_in').filter(({ from }) => from < began + scanned + 1_000)
    const late = done(of, 'sign_in').filter(op => !inTime.includes(op))
    if (inTime.length === 0 && late.length > 0) {
      yield { what: 'approved after its time', lines: linesOf([...done(of, 'scan'), ...late]) }
    }
  },

  *I7(of) {
    for (const op of of.ops) {
      const expected = op.outcome === 'ok' ? effects[op.act] : undefined
      if (expected && !expected.some(event => count(of, event) > 0)) {
        yield { what: `told done, and nothing is stored: ${op.act}`, lines: op.lines }
      }
    }
    for (const event of of.events) {
      const acts = causes[event.event]?.(event)
      if (acts && may(of, ...acts).length === 0) {
        yield {
          what: `${event.event}, though all were told that it failed`,
          lines: linesOf(of.ops),
        }
      }
    }
    for (const [state, acts] of Object.entries(causesOfState)) {
      const seen = of.sights.find(sight => sight.state === state)
      if (!seen || !acts || may(of, ...acts).some(({ from }) => from < seen.to)) continue
      const failed = of.ops.filter(({ act, from }) => acts.includes(act) && from < seen.to)
      yield { what: `${state} after all tries had failed`, lines: linesOf([...failed, seen]) }
    }
  },

  *I8(of) {
    const seen = of.sights.find(({ state }) => state === 'claimed')
    if (seen && count(of, 'sign_in.claimed') === 0) {
      yield { what: 'shown as claimed, and nobody has claimed it', lines: seen.lines }
    }
  },

  *I9(of) {
    for (const line of of.heard) {
      const asked = of.ops.some(
        ({ act, who, socket, from, outcome }) =>
          act === 'watch' &&
          who === 'kiosk' &&
          outcome !== 'fail' &&
          socket === line.socket &&
          from <= line.at,
      )
      if (!asked) yield { what: 'a socket hears of what it does not watch', lines: [line] }
    }
  },

  *I10(of) {
    const ends = of.events.filter(({ event }) => finalEvents.has(event))
    if (ends.length > 1) {
      const names = ends.map(({ event }) => event).join(', ')
      yield { what: `ended more than once in the log: ${names}`, lines: linesOf(of.ops) }
    }
    for (const name of ['sign_in.scanned', 'report.not_me']) {
      if (count(of, name) > 1) yield { what: `${name} twice`, lines: linesOf(of.ops) }
    }
    if (of.row && finals.has(of.row.state) && ends.length === 0) {
      yield { what: `${of.row.state} without a word in the log`, lines: linesOf(of.ops) }
    }
  },

  *I11(of) {
    const owner = of.events.find(({ event }) => event === 'sign_in.approved')?.account
    if (owner && of.accounts.get(owner)?.disabled) {
      yield { what: 'approved for a disabled account', lines: linesOf(may(of, 'sign_in')) }
    }
  },

  *I12(of) {
    const isOver = of.events.some(({ event }) => finalEvents.has(event))
    const isOpen = of.row !== undefined && !finals.has(of.row.state)
    if (isOpen || (of.events.length > 0 && !isOver)) {
      yield { what: `${of.row?.state ?? 'open'} after its time`, lines: linesOf(of.ops) }
    }
  },

  *I13(of) {
    const names = of.events.map(({ event }) => event)
    const approved = names.indexOf('sign_in.approved')
    if (approved < 0) return
    const scanned = names.indexOf('sign_in.scanned')
    const tries = may(of, 'sign_in').filter(({ who }) => isPhone(who))
    const afterScan = tries.some(({ who, to }) =>
      may(of, 'scan').some(scan => scan.who === who && scan.from < to),
    )
    if (scanned < 0 || scanned > approved || !afterScan) {
      yield { what: 'approved without a form of the phone that scanned', lines: linesOf(tries) }
    }
  },

  *I14(of) {
    for (const [, heard] of Map.groupBy(of.heard, ({ socket }) => socket)) {
      for (const [index, line] of heard.entries()) {
        const before = heard[index - 1]
        if (before?.seq === undefined || line.seq === undefined || line.seq > before.seq) continue
        const isNewer = (line.handOff?.seq ?? 0) > (before.handOff?.seq ?? 0)
        const isOther = line.handOff !== undefined && line.handOff.id !== before.handOff?.id
        if (line.seq === before.seq && (isNewer || isOther)) continue
        yield { what: 'a socket is told old news', lines: [before, line] }
      }
    }
    yield* readsGoBack(of.sights)
    const known = new Map<number, Sight>()
    for (const sight of of.sights) {
      if (sight.seq === undefined) continue
      const first = known.get(sight.seq)
      if (first === undefined) known.set(sight.seq, sight)
      else if (first.state !== sight.state) {
        yield { what: 'two states under one seq', lines: linesOf([first, sight]) }
      }
    }
  },

  *I15(of) {
    for (const op of of.ops.filter(({ last, outcome }) => last && outcome === 'ok')) {
      if (!of.row || (op.state === of.row.state && op.seq === of.row.seq)) continue
      yield { what: `shown ${op.state}, stored ${of.row.state} ${of.row.seq}`, lines: op.lines }
    }
  },

  *refusals(of) {
    const broken = of.ops.filter(({ status = 0, code }) => {
      return status >= 500 && (status !== 503 || code === 'no retry-after')
    })
    if (broken.length > 0) yield { what: 'no answer that is meant', lines: linesOf(broken) }
  },

  'hand-offs': handOffRules,
}

/** Whoever asks after another was told is not told less. */
function* readsGoBack(sights: readonly Sight[]): Iterable<Found> {
  let newest: Sight | undefined
  const told = sights.filter(({ seq }) => seq !== undefined)
  for (const sight of told.filter(({ from }) => from > 0)) {
    newest = undefined
    for (const before of told) {
      if (before.to >= sight.from) break
      if ((before.seq ?? 0) > (newest?.seq ?? 0)) newest = before
    }
    if (newest && (sight.seq ?? 0) < (newest.seq ?? 0)) {
      yield { what: 'somebody is told less than was told before', lines: linesOf([newest, sight]) }
    }
  }
}

/** As a kiosk shows it; the accounts of a campaign have names of three syllables. */
function masked(name: string | undefined): string | undefined {
  return name && `${name[0]}*${name[2]}`
}
