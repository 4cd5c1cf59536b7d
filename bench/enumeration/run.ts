// `npm run bench:enumeration [-- --quick]`: whether the time of an answer tells a stranger who is known here (S049). Each
// way to prove who somebody is is tried in turns, at one gate, for who is not known at all and for all others who get
// nowhere. Exits with 1 where one of them takes another time: on a busy machine, where besides the times are hardly of
// one distribution.
import { join } from 'node:path'
import { createClock } from '../../server/src/clock.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { addAlike, type Try, type Ways, waysAt } from '../../test/support/alike.ts'
import { type Scope, temporaryFolder } from '../../test/support/gate.ts'
import { secretKey } from '../../test/support/production.ts'
import { enrolIn } from '../../test/support/stored.ts'
import { type Enumeration, keep, machine } from '../result.ts'
import { endedAfter } from '../support/ends.ts'
import {
  median,
  medianOf,
  row,
  sameDistribution,
  shuffled,
  timed,
  timesOf,
} from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { origin, withoutLimits } from '../support/served-gate.ts'

/** How much longer or shorter it may take than for who is not known, as a part of that. */
const most = 0.02
/** Whose hash costs another time until its first sign-in: docs/threat-model.md, "What does not stop them". */
const known: readonly string[] = ['imported', 'outdated']
/** Nobody may ask there as often as a figure needs. */
const limited = new Set(['passkey, of my account', 'recovery by a link'])

const quick = process.argv.includes('--quick')
/** No account can be set to be guessed at more than a thousand times. */
const roundsOf = (way: string) => (way.startsWith('password') ? 850 : 2_000) / (quick ? 10 : 1)
const warmUps = 20
/** As unlikely as this is no accident, among so many. */
const unlikely = 0.001

const where = await machine()
console.log(`${where.cpu}, ${where.cores} cores, ${Math.round(where.busy * 100)} % busy`)
const ways: Enumeration['ways'] = {}
let differ = 0

/** Each way at a gate of its own, whose accounts nobody else has guessed at. */
async function waysAtNewGate(scope: Scope, env: Record<string, string> = {}): Promise<Ways> {
  const folder = temporaryFolder(scope)
  const store = await openSqliteStore(join(folder, 'qrgate.sqlite'))
  const { credential } = await enrolIn(store, 'kiosk')
  const { hostname } = new URL(origin)
  const alike = await addAlike(store, createClock()(), hostname)
  await store.close()
  const { url } = await MeasuredProcess.start(scope, {
    file: '../../server/src/boot/qrgate.ts',
    args: ['serve'],
    answersAt: '/healthz',
    folder,
    env: {
      SECRET_KEY: secretKey,
      PUBLIC_URL: origin,
      QRGATE_TRUSTED_PROXIES: '127.0.0.1',
      QRGATE_SEED_API: '1',
      QRGATE_REGISTRATION: 'invitation',
      ...withoutLimits,
      ...env,
    },
  })
  return waysAt({ url, origin, credential }, alike.known)
}

const names = Object.keys(await endedAfter(scope => waysAtNewGate(scope)))
for (const way of names.filter(name => !limited.has(name))) {
  await endedAfter(async scope => {
    const { [way]: of = {} } = await waysAtNewGate(scope)
    const all = Object.entries(of)
    const slower = all.filter(([who]) => known.includes(who))
    const rounds = roundsOf(way)
    await measure(way, Object.fromEntries(all.filter(one => !slower.includes(one))), rounds)
    // Apart from the others, as what is beside a slow hash takes longer itself.
    const apart = { unknown: of.unknown, ...Object.fromEntries(slower) }
    if (slower.length > 0) await measure(way, apart, rounds / 10)
  })
  if (!way.startsWith('password')) continue
  await endedAfter(async scope => {
    // Refused without a look, as the warm-ups have used it up.
    const { [way]: of = {} } = await waysAtNewGate(scope, { QRGATE_FAILURES_PER_ACCOUNT: '1' })
    await measure(`${way}, no more tries`, of, roundsOf(''), [])
  })
}

/** Each round in another order: whoever always came behind the same one would share its times. */
async function measure(
  way: string,
  of: Record<string, Try | undefined>,
  rounds: number,
  mayDiffer = known,
): Promise<void> {
  const took = Object.fromEntries(Object.keys(of).map(who => [who, [] as number[]]))
  for (let round = -warmUps; round < rounds; round += 1) {
    for (const [who, attempt] of shuffled(Object.entries(of))) {
      const figure = await timed(async () => (await attempt?.())?.text())
      if (round >= 0) took[who]?.push(figure)
    }
  }
  const { unknown = [], ...others } = took
  const unknownMs = median(unknown)
  for (const [who, figures] of Object.entries(others)) {
    const ms = median(figures)
    const ratio = medianOf(timesOf, figures, unknown)
    const p = sameDistribution(figures, unknown)
    ways[way] = { ...ways[way], [who]: { ms, unknownMs, ratio, p, rounds } }
    const isApart = Math.abs(ratio - 1) >= most && !mayDiffer.includes(who)
    if (isApart && ((where.isQuiet && !quick) || p < unlikely)) differ += 1
    const mark = mayDiffer.includes(who) ? '(known)' : isApart ? '✖' : ''
    const both = `${ms.toFixed(2)} ms, unknown ${unknownMs.toFixed(2)} ms`
    row('S049', `${way}: ${who}`, `${ratio.toFixed(3)} (${both}), p ${p.toFixed(3)} ${mark}`)
  }
}

const result: Enumeration = { ...where, ways }
if (!quick) keep('enumeration', result)
if (differ > 0) console.log(`${differ} tell who is known: they differ by ${most * 100} % or more.`)
process.exit(differ > 0 ? 1 : 0)
