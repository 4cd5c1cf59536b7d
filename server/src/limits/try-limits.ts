import { createHash } from 'node:crypto'
import { Refusal } from '../errors.ts'
import { type Counters, longestWait, payAll, undo } from './counters.ts'
import type { Counted, Rule } from './counts.ts'
import { seconds } from './limit.ts'
import { networkOf } from './network.ts'
import { kioskKey, type Payer } from './payer.ts'
import { UnderWay } from './under-way.ts'

/**
 * How often somebody may try to be somebody. **Each try is paid for before anybody looks at it, by
 * what is nearest to whoever makes it**: first the scan, then the phone and the kiosk; where anybody
 * may start, the network. What names an account is also counted for that account, by the day.
 *
 * Guesses close no way for a person who is really there:
 * - An account's day is kept in shares. Strangers use up most of it, and leave the rest to networks
 *   where this account has signed in lately, and those to phones that have.
 * - When all that is gone, the first try of each scan at an enrolled kiosk is still looked at: so many
 *   a day for an account, and of these so many at one kiosk.
 * - At an enrolled kiosk the address counts for nothing; elsewhere it slows strangers down.
 *
 * A passkey or a remembered phone guesses nothing: such a try is paid for by its scan alone.
 */
export interface TryLimits {
  /**
   * The scan pays, before anything is done.
   * @throws Refusal `too_many_tries`, to be tried at once with another scan: this one has had its tries.
   */
  begin(payer: Payer): Promise<Try>
}

/** One try, which its scan has paid for. */
export interface Try {
  /**
   * Asks whether it may be looked at, where it could be a guess. What is used up only by tries that may
   * still be right is waited for.
   * @param account what names the account it is for, if it could open one.
   * @throws Refusal `too_many_tries`, and then nothing is counted but the scan's.
   */
  look(account?: { id: string; standing: Standing }): Promise<void>
  /** It was right: nobody but the scan has paid. */
  right(): void
  /** Nobody looked at it: nobody has paid. */
  unseen(): void
  /** To be called at its end, whatever came of it: nobody waits for it any more. */
  over(): void
}

/** How well an account is known where somebody tries to be its owner. */
export type Standing = 'stranger' | 'usual network' | 'usual phone'

/** Tries allowed; times are in seconds. */
export interface TryRules {
  /** Tries that one scan pays for, right or wrong. */
  perSignIn: number
  /** How long a sign-in may be open: then nobody tries at it any more. */
  signInLife: number
  window: number
  /** Wrong ones in one window, for one account at one network, or on a phone of its own. */
  perAccount: number
  perAccountAndDay: number
  /** Wrong ones in one window at one network, or at one enrolled kiosk. */
  perNetwork: number
}

/** How much of an account's day each may use up; what is left is for those below. */
const shareOfDay = {
  stranger: 0.6,
  'usual network': 0.8,
  'usual phone': 1,
} as const satisfies Record<Standing, number>
/** First tries at enrolled kiosks, beyond the day's budget; a share of that. */
const reserve = 0.3
const reserveOfKiosk = 0.1
/** Wrong tries of one phone in one window, as a share of its network's. */
const phoneShare = 0.1
/** How fast a network goes on that has used up what it had, in seconds for each try. */
const slowPace = 3
/** Seconds after which to come again, where too many wait for tries that are not decided yet. */
const soon = 3
/** How often one try asks again, however many come before it. */
const mostAsked = 1_000
const day = 86_400
/** However many accounts are guessed at, none is guessed at more often. */
const ofGuesses = { whenFull: 'share', keys: 50_000 } as const

/** The limits of one gate. @param counters where they are counted, here or everywhere. */
export function createTryLimits(rules: TryRules, { here, everywhere }: Counters): TryLimits {
  const { window, perAccountAndDay, perNetwork } = rules
  const rule = (name: string, points: number, duration: number): Rule => {
    return { name, points: atLeastOne(points), duration }
  }
  const ofSignIn = everywhere(rule('sign-in', rules.perSignIn, rules.signInLife))
  const ofPhone = here(rule('phone', perNetwork * phoneShare, window))
  const ofKiosk = here(rule('kiosk', perNetwork, window))
  const slowly = here(rule('slow', 1, slowPace))
  const guesses = (name: string, points: number, duration: number) =>
    everywhere({ ...rule(name, points, duration), ...ofGuesses })
  // From another place it has as many more; what bounds all places is the day.
  const ofAccountHere = everywhere(rule('account', rules.perAccount, window))
  const ofDay = guesses('account-day', perAccountAndDay, day)
  const ofReserve = guesses('reserve', perAccountAndDay * reserve, day)
  const ofReserveHere = guesses('reserve-kiosk', perAccountAndDay * reserveOfKiosk, day)
  const all = (paying: Promise<Counted[]>[]) => payAll('too_many_tries', paying)

  /** What a try costs whose outcome is not sure, whatever it names. */
  const paidByPlace = async (payer: Payer, standing: Standing): Promise<Counted[]> => {
    const { phone, enrolled } = payer
    const key = kioskKey(payer)
    const slow = enrolled ? [] : await slowly(key)
    try {
      return await all([ofKiosk(key), ...(phone === undefined ? [] : [ofPhone(phone)])])
    } catch (refusal) {
      if (!(refusal instanceof Refusal)) throw refusal
      // What strangers have used up is gone for strangers alone.
      if (standing !== 'stranger') return []
      if (enrolled) throw refusal
      // An address slows them down; whoever has to wait is told for how long at that pace.
      return all([Promise.resolve(slow)])
    }
  }

  const underWay = new UnderWay()

  const paidByAccount = async (payer: Payer, account: string, standing: Standing) => {
    const { phone = '', address } = payer
    const place = standing === 'usual phone' ? `phone ${phone}` : networkOf(address)
    const here = `${account} ${place}`
    for (let asked = 0; ; asked += 1) {
      const [byPlace, byDay] = await Promise.all([
        ofAccountHere(here),
        ofDay(account, atLeastOne(perAccountAndDay * shareOfDay[standing])),
      ])
      const paid = [...byPlace, ...byDay]
      const wait = longestWait(paid)
      if (wait === 0) return { paid, decide: underWay.begin([here, account]) }
      undo(paid)
      const usedUp = longestWait(byPlace) > 0 ? [here] : []
      if (longestWait(byDay) > 0) usedUp.push(account)
      const areOpen = usedUp.every(key => underWay.has(key))
      if (!areOpen) throw new Refusal('too_many_tries', 'a budget is used up', seconds(wait))
      const next = asked < mostAsked ? underWay.next(usedUp[0] ?? here) : undefined
      if (!next) throw new Refusal('too_many_tries', 'too many are under way', soon)
      await next
    }
  }

  return {
    async begin(payer) {
      const scan = await ofSignIn(payer.signIn)
      if (longestWait(scan) > 0) {
        undo(scan)
        throw new Refusal('too_many_tries', 'this scan has had its tries', 1)
      }
      const isFirst = scan.every(({ used }) => used === 1)
      let paid: Counted[] = []
      let decide = (_isBack: boolean) => {}
      const end = (isBack: boolean) => {
        decide(isBack)
        decide = () => {}
      }
      return {
        async look(account) {
          const standing = account?.standing ?? 'stranger'
          // Ids are people's names; a count needs to recognise them, not to know them.
          const hashed = account && createHash('sha256').update(account.id).digest('base64url')
          try {
            paid = await paidByPlace(payer, standing)
            if (!hashed) return
            const byAccount = await paidByAccount(payer, hashed, standing)
            paid = [...paid, ...byAccount.paid]
            decide = byAccount.decide
          } catch (refusal) {
            undo(paid)
            paid = []
            if (!isFirst || !payer.enrolled) throw refusal
            if (!hashed) return
            paid = await all([ofReserve(hashed), ofReserveHere(`${hashed} ${kioskKey(payer)}`)])
          }
        },
        right: () => {
          undo(paid)
          end(true)
        },
        unseen: () => {
          undo([...scan, ...paid])
          end(true)
        },
        over: () => end(false),
      }
    },
  }
}

function atLeastOne(points: number): number {
  return Math.max(1, Math.floor(points))
}
