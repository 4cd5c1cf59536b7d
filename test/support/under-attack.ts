import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { Answers } from './answers.ts'
import type { Kiosk } from './kiosk.ts'
import { pause } from './patience.ts'
import type { Phone } from './phone.ts'
import { password } from './production.ts'
import type { Site } from './site.ts'

/** What `npm run test:attack` does in whole, and `npm test` a slice of. */
export const whole = process.env.QRGATE_TEST_ATTACK === 'whole'

/** A visit that ends as it should: who, where, and from which kiosk to which phone. */
export interface Visit {
  kiosk: Kiosk
  phone: Phone
  account: string
}

/** Somebody starts, scans and signs in, each at the first try. @throws AssertionError where not. */
export async function visit({ kiosk, phone, account }: Visit): Promise<void> {
  const signIn = await kiosk.start()
  const { id, answer } = await phone.scan(await kiosk.frame(signIn))
  assert.equal(answer.status, 200, `scan: ${await answer.text()}`)
  await signInAt(phone, id, account)
  const { account: claimed } = await kiosk.claimed(signIn)
  assert.ok(claimed.name, 'the kiosk is told who it is')
}

/** The right password, at the first try. */
export async function signInAt(phone: Phone, id: string, account: string): Promise<void> {
  const answer = await phone.signIn(id, account, password)
  const text = await answer.text()
  assert.equal(answer.status, 200, `sign in: ${answer.status} ${text}`)
  assert.match(text, /"state":"approved"/)
}

/** A phone, and the sign-in that it has scanned. */
export interface Scanned {
  phone: Phone
  id: string
}

/** A phone that has scanned what a kiosk shows. */
export async function scannedBy(phone: Phone, kiosk: Kiosk): Promise<Scanned> {
  const { id, answer } = await phone.scan((await kiosk.start()).frame.url)
  assert.equal(answer.status, 200, `scan: ${answer.status} ${await answer.text()}`)
  return { phone, id }
}

/**
 * Strangers with a sign-in each, who scan anew for every so many waves, when the tries of the old one
 * may be used up. Where a kiosk has had its scans for this minute, they go on with what they have.
 * @param scanner the phone that scans next, and where.
 */
export function crowdOf(
  size: number,
  wavesEach: number,
  scanner: (number: number) => readonly [phone: Phone, kiosk: Kiosk],
): (wave: number) => Promise<readonly Scanned[]> {
  const crowd: Scanned[] = []
  const scan = async (number: number) => {
    const [phone, kiosk] = scanner(number)
    const { id, answer } = await phone.scan((await kiosk.start()).frame.url)
    if (answer.status === 200) crowd[number] = { phone, id }
    else assert.equal(answer.status, 429, `scan: ${answer.status} ${await answer.text()}`)
  }
  return async wave => {
    if (wave % wavesEach === 0) await Promise.all(Array.from({ length: size }, (_, n) => scan(n)))
    return crowd
  }
}

/** An attack, and who comes meanwhile. */
export interface Attack {
  /** One wave of it; told which, from 0. */
  wave(number: number): Promise<void>
  /** The ways in which visitors come, taken in turn. */
  visits: readonly ((number: number) => Promise<void>)[]
  /** Visits at least; 10 where nothing is said, and 5 in a slice. */
  least?: number
  /** Waves from beginning to end at least; 1 where nothing is said. */
  leastWaves?: number
  /** What the attackers were answered, for whoever reads the test's report. */
  answers: Answers
}

/**
 * Waves of an attack, one after the other, while visitors come one after the other: at least so
 * many visits, and so many waves from their beginning to their end. All the while every node answers
 * whoever asks after its health.
 * @throws the first thing that went wrong with either.
 */
export async function underAttack(
  t: Pick<TestContext, 'diagnostic'>,
  { nodes }: Pick<Site, 'nodes'>,
  { wave, visits, least = whole ? 10 : 5, leastWaves = 1, answers }: Attack,
): Promise<{ waves: number; visits: number }> {
  const done = { waves: 0, visits: 0 }
  const over = new AbortController()
  const { signal } = over
  const untilOver = async (step: () => Promise<void>) => {
    try {
      while (!signal.aborted) await step()
    } finally {
      over.abort()
    }
  }
  // Whatever is under way comes to its end before anybody judges.
  const parts = await Promise.allSettled([
    untilOver(async () => {
      await wave(done.waves)
      done.waves += 1
    }),
    untilOver(async () => {
      await visits[done.visits % visits.length]?.(done.visits)
      done.visits += 1
      if (done.visits >= least && done.waves >= leastWaves) over.abort()
    }),
    ...nodes.map(({ url }) =>
      untilOver(async () => {
        assert.equal((await fetch(`${url}/healthz`)).status, 200)
        await pause(50)
      }),
    ),
  ])
  t.diagnostic(`${done.visits} visits during ${done.waves} waves: ${answers}`)
  for (const part of parts) if (part.status === 'rejected') throw part.reason
  return done
}
