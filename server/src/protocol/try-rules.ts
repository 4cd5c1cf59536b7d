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
