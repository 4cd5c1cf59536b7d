// H1, for the compiler alone (`npm run lint`): only a proof opens a sign-in, and only the kiosk secret's
// proof claims it. Each line that is marked is a mistake that must not compile.
import type { Flow } from '../../server/src/signin/flow.ts'
import type { ClaimingScreen, Screen } from '../../server/src/signin/screen.ts'
import type { UserCodes } from '../../server/src/signin/user-codes.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'

export const right = (flow: Flow, screen: Screen, claiming: ClaimingScreen) => [
  flow.view(screen),
  flow.view(claiming),
  flow.claim(claiming),
]

export const wrong = (flow: Flow, codes: UserCodes, id: string, kiosk: Kiosk, screen: Screen) => [
  // @ts-expect-error a screen that may only watch does not claim
  flow.claim(screen),
  // @ts-expect-error what looks like a proof is none
  flow.claim({ id, kiosk, use: () => ({ id, kiosk }) }),
  // @ts-expect-error a kiosk's record proves nothing, to no verb
  flow.claim(kiosk),
  // @ts-expect-error
  flow.view(kiosk),
  // @ts-expect-error
  flow.cancel(kiosk, 'kiosk'),
  // @ts-expect-error
  flow.frames(kiosk),
  // @ts-expect-error
  codes.give(kiosk),
]
