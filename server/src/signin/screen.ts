import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import type { KioskSecrets } from '../protocol/kiosk-secret.ts'
import type { Subject } from './moves.ts'

/**
 * Proof that the caller is the screen that started a sign-in. It is good for one call and tells nothing
 * before, so nobody keeps it: a kiosk that was revoked a moment ago must not act on what it could prove
 * before. Whoever needs it again proves again.
 */
class ScreenProof {
  #proven: Subject | undefined

  constructor(proven: Subject) {
    this.#proven = proven
  }

  /** Spends the proof. @throws Error for the second call: that is a fault of ours, never the caller's. */
  use(): Subject {
    const proven = this.#proven
    if (!proven) throw new Error('a proof is good for one call; prove the screen again')
    this.#proven = undefined
    return proven
  }
}

/** The same from the kiosk secret, the one secret that may also learn who signed in. */
class ClaimingScreenProof extends ScreenProof {
  /** Only tells the types apart: a screen that may merely watch is no screen that may claim. */
  declare protected readonly mayClaim: true
}

export type Screen = ScreenProof
export type ClaimingScreen = ClaimingScreenProof

/** Makes the only proofs there are. */
export type ProveKiosk = (id: string, kioskSecret: string) => Promise<ClaimingScreen>

/** @throws Refusal `kiosk_secret_wrong`, or `kiosk_revoked` from the moment the kiosk is switched off. */
export function kioskProver(kioskSecrets: KioskSecrets, kiosks: Kiosks): ProveKiosk {
  return async (id, kioskSecret) => {
    const number = kioskSecrets.read(id, kioskSecret)
    if (number === undefined) throw new Refusal('kiosk_secret_wrong')
    return new ClaimingScreenProof({ id, kiosk: await kiosks.usable(number) })
  }
}
