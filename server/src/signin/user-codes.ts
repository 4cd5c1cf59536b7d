import type { UserCodeAnswer } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { type Kiosks, whereIs } from '../kiosks/kiosks.ts'
import type { CodeGuesses, Typist } from '../limits/code-guesses.ts'
import type { Limit } from '../limits/limit.ts'
import { networkOf } from '../limits/network.ts'
import { kioskKey } from '../limits/payer.ts'
import { endedRefusal } from '../protocol/sign-in.ts'
import { createUserCode, isLongCode, readUserCode } from '../protocol/user-code.ts'
import type { UserCode, UserCodeRecords } from '../store/user-code.ts'
import type { Moves } from './moves.ts'
import type { OpenedPage, OpenPage } from './opened-page.ts'
import type { Screen } from './screen.ts'

export interface UserCodesParts {
  records: UserCodeRecords
  moves: Moves
  openPage: OpenPage
  kiosks: Kiosks
  clock: Clock
  guesses: CodeGuesses
  unscannedRows: Limit
  /** Where people type user codes. */
  address: string
  randomBytes(size: number): Uint8Array
}

/** Codes to type where the camera cannot help (RFC 8628 §3.3): another way to the same page. */
export type UserCodes = ReturnType<typeof createUserCodes>

/** Long enough to type eight letters, in milliseconds. */
const life = 120_000

export function createUserCodes(parts: UserCodesParts) {
  const { records, moves, kiosks, clock, guesses } = parts

  const answerOf = ({ userCode, expiresAt }: UserCode, now: number): UserCodeAnswer => ({
    user_code: userCode,
    verification_uri: parts.address,
    expires_in: Math.max(0, Math.floor((expiresAt - now) / 1000)),
  })

  /** What a typed code stands for; only a wrong one uses up a guess. */
  async function read(typed: string, typist: Typist): Promise<UserCode> {
    const guess = await guesses.count(typist)
    let wrong = false
    try {
      const code = readUserCode(typed)
      const known = code === undefined ? null : await records.find(code)
      const opens = guess.refusal === null || isBeyondGuessing(known, typist)
      if (known && opens && clock() < known.expiresAt) return known
      wrong = true
      throw guess.refusal ?? new Refusal('user_code_unknown')
    } finally {
      if (!wrong) guess.undo()
    }
  }

  return {
    /**
     * The code of a sign-in, for two minutes; asked for again, it is the same one.
     * @param address where the screen is.
     * @throws Refusal `too_many_codes` for one too many at this kiosk, or what the sign-in has become.
     */
    async give(screen: Screen, address: string): Promise<UserCodeAnswer> {
      const subject = screen.use()
      const current = await moves.current(subject)
      if (current.state !== 'pending' || current.deadline === null) throw endedRefusal(current)
      const now = clock()
      const known = await records.ofSignIn(subject.id)
      if (known && now < known.expiresAt) return answerOf(known, now)
      parts.unscannedRows.spend(kioskKey(whereIs(subject.kiosk, address)))
      const length = (await guesses.pouringIn()) ? 'long' : 'short'
      for (;;) {
        const expiresAt = Math.min(now + life, current.deadline)
        const userCode = createUserCode(parts.randomBytes(32), length)
        const { id: signIn, kiosk } = subject
        const network = networkOf(address)
        const code = { userCode, signIn, kiosk: kiosk.number, network, expiresAt }
        const given = await records.give(code, now)
        if (given) return answerOf(given, now)
      }
    },

    /** What the phone is shown for a code; wrong ones are limited per network and browser. */
    async open(typed: string, phoneKey: string, typist: Typist): Promise<OpenedPage> {
      const { signIn: id, kiosk } = await read(typed, typist)
      const subject = { id, kiosk: await kiosks.usable(kiosk) }
      const sighting = { shownAt: clock(), fresh: true }
      return parts.openPage(subject, phoneKey, sighting, 'user_code_unknown')
    },
  }
}

/** Whoever is in the network of the screen that shows a code could as well look at it. */
function isBeyondGuessing(code: UserCode | null, { address }: Typist): boolean {
  return code !== null && (isLongCode(code.userCode) || code.network === networkOf(address))
}
