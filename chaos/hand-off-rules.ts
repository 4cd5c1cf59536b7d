import type { Case } from './cases.ts'
import type { Line } from './history.ts'
import type { Found } from './violation.ts'

/** After these the same choice may be made anew. */
const reopened = new Set(['hand_off.failed', 'hand_off.refused', 'hand_off.cancelled'])
const overEvents = new Set(['hand_off.done', 'hand_off.no_show', 'hand_off.cancelled'])
const overStates = new Set(['done', 'no_show', 'cancelled'])

/** One hand-off for a sign-in and a service, in one transaction with what asked for it. */
export function* handOffRules(of: Case): Iterable<Found> {
  const lines = of.ops
    .filter(({ act }) => act === 'claim' || act === 'choose')
    .flatMap(({ lines }) => lines)
  const ofService = Map.groupBy(of.handOffEvents, ([, [first]]) => `${first?.detail.service}`)
  for (const [service, handOffs] of ofService) {
    for (const [, events] of handOffs.slice(0, -1)) {
      if (events.some(({ event }) => reopened.has(event))) continue
      yield { what: `two hand-offs for the service ${service}`, lines }
    }
  }
  for (const [id, events] of of.handOffEvents) {
    const requests = events.filter(({ event }) => event === 'hand_off.requested')
    if (requests.length > 1) yield { what: `${id} was requested twice`, lines }
    const ends = events.filter(({ event }) => overEvents.has(event))
    if (ends.length > 1) yield { what: `${id} was over twice`, lines }
  }
  const standing = of.handOffs.filter(({ state }) => !overStates.has(state))
  if (standing.length > 1) yield { what: 'two hand-offs stand', lines }
  for (const { act, outcome, handOff, lines } of of.ops) {
    if (outcome !== 'ok' || (act !== 'choose' && handOff === undefined)) continue
    if (handOff !== undefined && of.handOffEvents.has(handOff.id)) continue
    yield { what: 'told of a hand-off that is not in the log', lines }
  }
}

/** A number belongs to one hand-off, for good, and everybody is told the same. */
export function* numberRules(cases: readonly Case[], lines: readonly Line[]): Iterable<Found> {
  const known = new Map<string, { number: string; line: Line }>()
  const owners = new Map<string, { handOff: string; line: Line }>()
  const requested = new Set(cases.flatMap(of => [...of.handOffEvents.keys()]))
  for (const line of lines) {
    const told = numberIn(line)
    if (told === undefined) continue
    const { handOff, number } = told
    const first = known.get(handOff)
    const owner = owners.get(number)
    if (first === undefined) known.set(handOff, { number, line })
    else if (first.number !== number) {
      yield { what: `${handOff} has two numbers`, lines: [first.line, line] }
    }
    if (owner === undefined) owners.set(number, { handOff, line })
    else if (owner.handOff !== handOff) {
      yield { what: `${number} was given twice`, lines: [owner.line, line] }
    }
    if (line.type === 'asked' && !requested.has(handOff)) {
      yield { what: `${handOff} was asked for, and nobody has requested it`, lines: [line] }
    }
  }
  for (const { id, number } of cases.flatMap(({ handOffs }) => handOffs)) {
    const first = known.get(id)
    if (number !== null && first && first.number !== number) {
      yield { what: `${id} is stored as ${number}`, lines: [first.line] }
    }
    if (number !== null && first === undefined) {
      yield { what: `${id} has a number that nobody gave`, lines: [] }
    }
  }
}

function numberIn(line: Line): { handOff: string; number: string } | undefined {
  if (line.type === 'asked') return line
  if (!('handOff' in line) || typeof line.handOff !== 'object') return undefined
  const { id, number } = line.handOff
  return number === undefined ? undefined : { handOff: id, number }
}
