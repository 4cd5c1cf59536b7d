import { seeded } from '../test/support/seeded.ts'

/** Random numbers of one seed, and what is drawn by them. */
export class Dice {
  readonly random: () => number

  constructor(seed: number) {
    this.random = seeded(seed)
  }

  /** A whole number from 0 to below `sides`. */
  below(sides: number): number {
    return Math.floor(this.random() * sides)
  }

  between(from: number, to: number): number {
    return from + this.random() * (to - from)
  }

  chance(share: number): boolean {
    return this.random() < share
  }

  one<T>(of: readonly T[]): T {
    return of[this.below(of.length)] as T
  }

  /** @param shares how likely each is, beside the others. */
  drawn<T extends string>(shares: Record<T, number>): T {
    const all = Object.entries(shares) as [T, number][]
    let left = this.random() * all.reduce((sum, [, share]) => sum + share, 0)
    for (const [name, share] of all) {
      left -= share
      if (left < 0) return name
    }
    return (all[0] as [T, number])[0]
  }
}

/** What happens in one visit, as far as its people decide it. */
export interface Plan {
  kiosk: number
  /** How the kiosk learns how things stand. */
  by: 'socket' | 'poll'
  kioskAt: number
  phoneAt: number
  /** Another phone scans the same QR. */
  rival: boolean
  stranger: boolean
  phone:
    | ('signs in' | 'taps twice' | 'is offline after the tap' | 'types it wrong first')
    | ('denies' | 'gives up' | 'never comes' | 'comes too late' | 'has a disabled account')
  screen: 'claims' | 'claims twice' | 'cancels at once' | 'cancels after the scan' | 'goes away'
  end: 'kiosk' | 'phone' | 'not me' | 'time'
  services: number
  /** Of all that comes later in it. */
  dice: Dice
}

export interface Cast {
  kiosks: number
  nodes: number
  services: number
}

/** The same for the same seed and number, whatever else is going on. */
export function planOf(seed: number, number: number, { kiosks, nodes, services }: Cast): Plan {
  const dice = new Dice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b))
  return {
    kiosk: dice.below(kiosks),
    by: dice.one(['socket', 'poll']),
    kioskAt: dice.below(nodes),
    phoneAt: dice.below(nodes),
    rival: dice.chance(0.06),
    stranger: dice.chance(0.06),
    phone: dice.drawn({
      'signs in': 60,
      'taps twice': 10,
      'is offline after the tap': 10,
      'types it wrong first': 3,
      denies: 6,
      'gives up': 3,
      'never comes': 3,
      'comes too late': 1,
      'has a disabled account': 1,
    }),
    screen: dice.drawn({
      claims: 60,
      'claims twice': 24,
      'cancels at once': 3,
      'cancels after the scan': 6,
      'goes away': 2,
    }),
    end: dice.drawn({ kiosk: 40, phone: 20, 'not me': 8, time: 20 }),
    services: 1 + dice.below(services),
    dice,
  }
}
