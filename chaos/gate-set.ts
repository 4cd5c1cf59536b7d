import type { Kiosk } from '../test/support/kiosk.ts'
import type { Phone } from '../test/support/phone.ts'
import type { FinalState } from './final-state.ts'
import type { Dice } from './plan.ts'
import type { Windows } from './violation.ts'

/** Gates that belong together, their kiosks and accounts, and all that can befall them. */
export interface GateSet {
  name: string
  /** Where each node is reached. */
  urls: readonly string[]
  kiosks: readonly StandingKiosk[]
  /** One for probes, whose hand-offs nobody looks at. */
  probing: Kiosk
  windows: Windows
  /** What visitors type, by number. */
  accounts: readonly string[]
  disabledAccount: string
  services: readonly string[]
  phone(url: string): Phone
  faults: readonly Fault[]
  finalState(): Promise<FinalState>
  /** What the nodes have printed. */
  output(): string
}

export interface StandingKiosk {
  kiosk: Kiosk
  /** Whether it offers what its client does. */
  isServed: boolean
}

export interface Fault {
  kind: string
  /** What of the set it befalls: no part has two at once. */
  part: string
  /** How often it comes, beside the others. */
  share: number
  /** No other comes beside it. */
  isAlone?: boolean
  /** How long, in milliseconds. */
  lasts: readonly [from: number, to: number]
  begin(dice: Dice): Promise<Ending>
}

/** Takes the cause away. */
export type Ending = () => Promise<unknown>

export const password = 'correct horse battery'
