import { createHash } from 'node:crypto'
import { Refusal } from '../errors.ts'
import type { Standing, TryRules } from '../protocol/try-rules.ts'
import { within } from '../within.ts'
import { type Counters, payAll, undo } from './counters.ts'
import type { Counted, Rule } from './counts.ts'
import { kioskKey, type Payer } from './payer.ts'
import { atLeastOne, createLedger, type Named } from './try-ledger.ts'

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
 * Where several nodes share their counts, each counts for itself first, and all together while the password
 * is hashed: nobody is told what came of a try before both have let it pass. See {@link Try.told}.
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
  /**
   * The outcome of a look, right or wrong, where the counts of all nodes let it be told. They were asked when the
   * look began. Where they are late this node's own decide, unless all nodes had been known to have used
   * something up.
   * @throws Refusal `too_many_tries` in place of the outcome, and then nothing is counted but the scan's.
   */
  told<T>(look: Promise<T>): Promise<T>
  /** It was right: nobody but the scan has paid. */
  right(): void
  /** Nobody looked at it: nobody has paid. */
  unseen(): void
  /** To be called at its end, whatever came of it: nobody waits for it any more. */
  over(): void
}

/** Wrong tries of one phone in one window, as a share of its network's. */
const phoneShare = 0.1
/** How fast a network goes on that has used up what it had, in seconds for each try. */
const slowPace = 3
/** How much longer than its look a try waits for the counts of other nodes, in milliseconds. */
const longestLate = 100

/** The limits of one gate. @param counters where they are counted, here or everywhere. */
export function createTryLimits(rules: TryRules, counters: Counters): TryLimits {
  const { here, isUsedUpElsewhere } = counters
  const { window, perNetwork } = rules
  const rule = (name: string, points: number, duration: number): Rule => {
    return { name, points: atLeastOne(points), duration }
  }
  const ofPhone = here(rule('phone', perNetwork * phoneShare, window))
  const ofKiosk = here(rule('kiosk', perNetwork, window))
  const slowly = here(rule('slow', 1, slowPace))
  const all = (paying: Promise<Counted[]>[]) => payAll('too_many_tries', paying)
  const own = createLedger(rules, here)
  const others = counters.elsewhere && createLedger(rules, counters.elsewhere)

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

  return {
    async begin(payer) {
      const entry = own.open(payer)
      await entry.scanned
      const theirs = others?.open(payer)
      let theyPay: Promise<unknown> = theirs?.scanned ?? Promise.resolve()
      let byPlace: Counted[] = []
      let named: Named | undefined

      const backToPlace = () => {
        undo(byPlace)
        byPlace = []
      }
      const backToAll = () => {
        backToPlace()
        entry.right()
      }
      const isUsedUp = () =>
        others?.keysOf(payer, named).some(key => isUsedUpElsewhere(...key)) ?? false
      const theyAgree = () =>
        theyPay.catch(refusal => {
          backToAll()
          throw refusal
        })
      const onceTheyPaid = (act: () => void) => void theyPay.then(act, act)

      return {
        async look(account) {
          const standing = account?.standing ?? 'stranger'
          named = account && { key: hashed(account.id), standing }
          let refused: Refusal | undefined
          try {
            byPlace = await paidByPlace(payer, standing)
          } catch (error) {
            if (!(error instanceof Refusal)) throw error
            refused = error
          }
          try {
            refused = await entry.pay(named, refused)
          } catch (error) {
            backToPlace()
            throw error
          }
          if (refused) backToPlace()
          if (!theirs) return
          theyPay = theirs.pay(named, refused)
          if (isUsedUp()) await theyAgree()
          // Whoever is told waits for them.
          else theyPay.catch(() => {})
        },

        async told(look) {
          const [outcome] = await Promise.allSettled([look])
          const areInTime = await isWithin(longestLate, theyPay)
          if (areInTime || isUsedUp()) await theyAgree()
          if (outcome.status === 'rejected') throw outcome.reason
          return outcome.value
        },

        right() {
          backToAll()
          onceTheyPaid(() => theirs?.right())
        },
        unseen() {
          backToPlace()
          entry.unseen()
          onceTheyPaid(() => theirs?.unseen())
        },
        over() {
          entry.over()
          onceTheyPaid(() => theirs?.over())
        },
      }
    },
  }
}

/** Ids are people's names; a count needs to recognise them, not to know them. */
function hashed(id: string): string {
  return createHash('sha256').update(id).digest('base64url')
}

/** Whether something comes to an end, whichever, before so many milliseconds have passed. */
function isWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return within(ms, work.then(noted, noted), () => new Error('late')).catch(() => false)
}
const noted = () => true
