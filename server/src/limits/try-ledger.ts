import { Refusal } from '../errors.ts'
import type { Standing, TryRules } from '../protocol/try-rules.ts'
import { type Counter, longestWait, payAll, undo } from './counters.ts'
import type { Counted, Rule } from './counts.ts'
import { seconds } from './limit.ts'
import { networkOf } from './network.ts'
import { kioskKey, type Payer } from './payer.ts'
import { UnderWay } from './under-way.ts'

/** What names an account. @property key recognises it, and does not tell its name. */
export interface Named {
  key: string
  standing: Standing
}

/** The budgets of scans and accounts, as one node counts them for itself, or all nodes together. */
export interface Ledger {
  /** The scan begins to pay. */
  open(payer: Payer): Entry
  /** The names of the rules that count for a try, and the keys that they count it for. */
  keysOf(payer: Payer, named?: Named): [rule: string, key: string][]
}

/** What one try has paid in a ledger. */
export interface Entry {
  /** @throws Refusal where this scan has had its tries, and then it has not paid for this one. */
  scanned: Promise<void>
  /**
   * The account pays, if one is named. What is used up only by tries that may still be right is waited for.
   * @param refused why nothing but the reserve may pay.
   * @returns the same where the reserve has paid.
   * @throws Refusal, and then nothing is counted but the scan's.
   */
  pay(named?: Named, refused?: Refusal): Promise<Refusal | undefined>
  /** Takes all back but the scan's; see `Try`. */
  right(): void
  unseen(): void
  over(): void
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
/** Seconds after which to come again, where too many wait for tries that are not decided yet. */
const soon = 3
/** How often one try asks again, however many come before it. */
const mostAsked = 1_000
const day = 86_400
/** However many accounts are guessed at, none is guessed at more often. */
const ofGuesses = { whenFull: 'share', keys: 50_000 } as const

/** @param counter makes the counts: of this node, or of all. */
export function createLedger(rules: TryRules, counter: (rule: Rule) => Counter): Ledger {
  const { perAccountAndDay } = rules
  const rule = (name: string, points: number, duration: number): Rule => {
    return { name, points: atLeastOne(points), duration }
  }
  const guesses = (name: string, points: number) =>
    counter({ ...rule(name, points, day), ...ofGuesses })
  const ofSignIn = counter(rule('sign-in', rules.perSignIn, rules.signInLife))
  // From another place it has as many more; what bounds all places is the day.
  const ofAccountHere = counter(rule('account', rules.perAccount, rules.window))
  const ofDay = guesses('account-day', perAccountAndDay)
  const ofReserve = guesses('reserve', perAccountAndDay * reserve)
  const ofReserveHere = guesses('reserve-kiosk', perAccountAndDay * reserveOfKiosk)
  const underWay = new UnderWay()

  const paidByAccount = async (payer: Payer, named: Named | undefined) => {
    if (!named) return { paid: [], decide: () => {} }
    const here = placeOf(payer, named)
    const share = atLeastOne(perAccountAndDay * shareOfDay[named.standing])
    for (let asked = 0; ; asked += 1) {
      const [byPlace, byDay] = await Promise.all([ofAccountHere(here), ofDay(named.key, share)])
      const paid = [...byPlace, ...byDay]
      const wait = longestWait(paid)
      if (wait === 0) return { paid, decide: underWay.begin([here, named.key]) }
      undo(paid)
      const usedUp = longestWait(byPlace) > 0 ? [here] : []
      if (longestWait(byDay) > 0) usedUp.push(named.key)
      const areOpen = usedUp.every(key => underWay.has(key))
      if (!areOpen) throw new Refusal('too_many_tries', 'a budget is used up', seconds(wait))
      const next = asked < mostAsked ? underWay.next(usedUp[0] ?? here) : undefined
      if (!next) throw new Refusal('too_many_tries', 'too many are under way', soon)
      await next
    }
  }

  const paidByReserve = (payer: Payer, { key }: Named) =>
    payAll('too_many_tries', [ofReserve(key), ofReserveHere(`${key} ${kioskKey(payer)}`)])

  return {
    keysOf(payer, named) {
      const ofScan: [string, string] = ['sign-in', payer.signIn]
      if (!named) return [ofScan]
      return [ofScan, ['account', placeOf(payer, named)], ['account-day', named.key]]
    },

    open(payer) {
      const scanning = ofSignIn(payer.signIn)
      const scanned = scanning.then(scan => {
        if (longestWait(scan) === 0) return
        undo(scan)
        throw new Refusal('too_many_tries', 'this scan has had its tries', 1)
      })
      // Whoever asks is told.
      scanned.catch(() => {})
      let paid: Counted[] = []
      let decide = (_isBack: boolean) => {}
      const end = (isBack: boolean) => {
        decide(isBack)
        decide = () => {}
      }
      const takeBack = () => {
        undo(paid)
        paid = []
        end(true)
      }
      return {
        scanned,
        async pay(named, refused) {
          const paying = refused ? Promise.reject(refused) : paidByAccount(payer, named)
          // Asked for at the same time: other nodes may be far away.
          const [byAccount] = await Promise.allSettled([paying])
          if (byAccount.status === 'fulfilled') ({ paid, decide } = byAccount.value)
          await scanned.catch(tired => {
            takeBack()
            throw tired
          })
          if (byAccount.status === 'fulfilled') return undefined
          const { reason } = byAccount
          const isFirst = (await scanning).every(({ used }) => used === 1)
          if (!isFirst || !payer.enrolled || !(reason instanceof Refusal)) throw reason
          if (named) paid = await paidByReserve(payer, named)
          return reason
        },
        right: takeBack,
        unseen() {
          void scanning.then(undo)
          takeBack()
        },
        over: () => end(false),
      }
    },
  }
}

function placeOf({ phone = '', address }: Payer, { key, standing }: Named): string {
  return `${key} ${standing === 'usual phone' ? `phone ${phone}` : networkOf(address)}`
}

export function atLeastOne(points: number): number {
  return Math.max(1, Math.floor(points))
}
