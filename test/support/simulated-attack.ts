import type { Payer } from '../../server/src/limits/payer.ts'
import type { Standing } from '../../server/src/protocol/try-rules.ts'
import { seeded } from './seeded.ts'
import { type Answer, SimulatedGate } from './simulated-gate.ts'

/** The address that everybody at the site has, behind its NAT. */
export const siteAddress = '203.0.113.7'
/** The first of the site's enrolled kiosks. */
export const firstKiosk = 101

const kiosks = 10
/** How many addresses attackers have who are everywhere. */
export const addresses = 10_000
/** A kiosk shows a new QR so often at most, in milliseconds. */
const scanEvery = 2_000

/** One kind of attackers. */
export interface Attackers {
  /** Where the nth of them is. */
  address(n: number): string
  /** Where they scan; where nothing is said they start by themselves, as anybody may at open kiosks. */
  kiosk?: number
  /** Of their tries, how many name a visitor and not somebody made up. */
  aimed: number
  /** Only at visitors of the first kiosk, and one try for each scan. */
  ofFirstKiosk?: boolean
}

export interface Play {
  attackers: readonly Attackers[]
  /** Tries in a second of each kind of attackers. */
  rate: number
  minutes: number
  visitors: number
  seed: number
}

/** What came of it. */
export interface Outcome {
  asked: number
  answers: Answer[]
  /** Wrong tries of attackers that were looked at, by whom they named. */
  guesses: Map<string, { all: number; enrolled: number }>
  /** At which try each visitor came in. */
  cameIn: Map<number, number>
  /** Where attackers were. */
  addresses: Set<string>
}

/** Strangers attack while visitors come, each at a moment of their own; the same for the same seed. */
export async function simulateAttack(play: Play): Promise<Outcome> {
  const simulation = new Simulation(play)
  await simulation.gate.time.run()
  return simulation.outcome
}

class Simulation {
  readonly gate = new SimulatedGate()
  readonly outcome: Outcome = {
    asked: 0,
    answers: [],
    guesses: new Map(),
    cameIn: new Map(),
    addresses: new Set(),
  }
  readonly #play: Play
  readonly #random: () => number
  readonly #end: number
  #signIns = 0

  constructor(play: Play) {
    this.#play = play
    this.#random = seeded(play.seed)
    this.#end = play.minutes * 60_000
    for (let visitor = 0; visitor < play.visitors; visitor += 1) {
      const arrival = this.#random() * (this.#end - 60_000)
      this.gate.time.after(arrival, () => void this.#visit(visitor, 0))
    }
    for (const attackers of play.attackers) this.#attack(attackers)
  }

  async #visit(visitor: number, earlier: number): Promise<void> {
    const { address, standing } = whereIs(visitor)
    // Whoever is refused goes to the next screen.
    const kiosk = firstKiosk + ((visitor + earlier) % kiosks)
    const payer = this.#scan(address, `phone of ${visitor}`, kiosk)
    // One in twenty mistypes at first.
    const right = earlier > 0 || visitor % 20 !== 0
    const answer = await this.#try(payer, visitor, standing, right)
    if (answer === 'in') this.outcome.cameIn.set(visitor, earlier + 1)
    else if (earlier < 4) this.gate.time.after(5_000, () => void this.#visit(visitor, earlier + 1))
  }

  #attack({ address, kiosk, aimed, ofFirstKiosk = false }: Attackers): void {
    const { time } = this.gate
    let payer: Payer | undefined
    let scanned = Number.NEGATIVE_INFINITY
    let tries = 0
    const strike = () => {
      if (time.now >= this.#end) return
      time.after(1_000 / this.#play.rate, strike)
      const wantsToScan = !payer || ofFirstKiosk || this.#random() < 0.2
      if (!payer || (wantsToScan && (kiosk === undefined || time.now >= scanned + scanEvery))) {
        payer = this.#scan('', `phone ${this.#signIns}`, kiosk)
        scanned = time.now
      }
      // Each try comes from the next address, whoever has scanned.
      const from = address(tries % addresses)
      tries += 1
      this.outcome.addresses.add(from)
      const { visitors } = this.#play
      const all = ofFirstKiosk ? kiosks * this.#below(visitors / kiosks) : this.#below(visitors)
      void this.#guess({ ...payer, address: from }, this.#random() < aimed ? all : undefined)
    }
    time.after(0, strike)
  }

  async #guess(payer: Payer, visitor: number | undefined): Promise<void> {
    const isUsual = visitor !== undefined && payer.address === siteAddress && isUsualThere(visitor)
    const standing = isUsual ? 'usual network' : 'stranger'
    const answer = await this.#try(payer, visitor, standing, false)
    if (answer !== 'wrong' || visitor === undefined) return
    const { guesses } = this.outcome
    const { all, enrolled } = guesses.get(idOf(visitor)) ?? { all: 0, enrolled: 0 }
    const more = payer.enrolled ? 1 : 0
    guesses.set(idOf(visitor), { all: all + 1, enrolled: enrolled + more })
  }

  async #try(payer: Payer, visitor: number | undefined, standing: Standing, right: boolean) {
    const id = visitor === undefined ? `nobody ${this.#below(1_000_000)}` : idOf(visitor)
    this.outcome.asked += 1
    const answer = await this.gate.try({ payer, id, standing, right, cost: costOf(visitor) })
    this.outcome.answers.push(answer)
    return answer
  }

  #scan(address: string, phone: string, kiosk: number | undefined): Payer {
    this.#signIns += 1
    const signIn = `sign-in ${this.#signIns}`
    return { signIn, phone, address, kiosk: kiosk ?? 0, enrolled: kiosk !== undefined }
  }

  #below(most: number): number {
    return Math.floor(this.#random() * most)
  }
}

const idOf = (visitor: number) => `visitor ${visitor}`

/** Half of the accounts come from a system that hashed with bcrypt, and nobody has signed in yet. */
function costOf(visitor: number | undefined): number {
  return visitor === undefined || visitor % 2 === 0 ? 12.6 : 213
}

function isUsualThere(visitor: number): boolean {
  return visitor % 3 === 0
}

/**
 * Of three visitors, one is at the site's network and was before, one is there for the first time, and
 * one has another network; half of these have a phone that is known.
 */
function whereIs(visitor: number): { address: string; standing: Standing } {
  if (isUsualThere(visitor)) return { address: siteAddress, standing: 'usual network' }
  if (visitor % 3 === 1) return { address: siteAddress, standing: 'stranger' }
  const standing = visitor % 2 ? 'usual phone' : 'stranger'
  return { address: `198.51.100.${visitor % 20}`, standing }
}
