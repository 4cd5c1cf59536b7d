// For the compiler alone (`npm run lint`): what users of the SDK write, and what must not compile.
import {
  type ClaimAnswer,
  type Claims,
  GateError,
  type HandOffView,
  Kiosk,
  type KioskState,
  type Language,
  type ScreenUpdate,
  type Service,
  type SignInUpdate,
  startSignIn,
  Turn,
  type TurnEnd,
} from '@qrgate/sdk'
import type { KioskElement, TroubleCause, TroubleDetail } from '@qrgate/sdk/kiosk-element'
import type { QrElement } from '@qrgate/sdk/qr'
import {
  messageOf,
  type ScreenName,
  type ScreenWords,
  screenOf,
  screenWords,
  type TroubleKind,
} from '@qrgate/sdk/screen-parts'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const is = <Yes extends true>(yes?: Yes) => yes

/** The element as a page has it: typed by its tag, its events by their names. */
export function onAPage(
  kiosk: HTMLElementTagNameMap['qrgate-kiosk'],
  qr: HTMLElementTagNameMap['qrgate-qr'],
) {
  is<Same<typeof kiosk, KioskElement>>()
  is<Same<typeof qr, QrElement>>()
  is<Same<typeof kiosk.state, KioskState>>()
  kiosk.addEventListener('qrgate-state', event =>
    is<Same<typeof event, CustomEvent<ScreenUpdate>>>(),
  )
  kiosk.addEventListener('qrgate-claimed', event =>
    is<Same<typeof event, CustomEvent<ClaimAnswer>>>(),
  )
  kiosk.addEventListener('qrgate-service', event =>
    is<Same<typeof event, CustomEvent<HandOffView>>>(),
  )
  is<Same<ReturnType<typeof kiosk.choose>, Promise<void>>>()
  kiosk.addEventListener('qrgate-trouble', ({ detail }) => {
    is<Same<typeof detail, TroubleDetail>>()
    is<Same<typeof detail.cause, TroubleCause | undefined>>()
  })
  // They bubble.
  document.addEventListener('qrgate-claimed', ({ detail }) =>
    is<Same<typeof detail, ClaimAnswer>>(),
  )
  window.addEventListener('qrgate-claimed', ({ detail }) => is<Same<typeof detail, ClaimAnswer>>())
  kiosk.start({ id: 'a', kiosk_secret: 's' })
  // As React and Vue set an attribute where there is a property of its name.
  kiosk.start = 'always'
  // @ts-expect-error there are two ways to start
  kiosk.start = 'never'
  qr.content = undefined
  // @ts-expect-error a sign-in is resumed by its id and its kiosk secret, never by its id alone
  kiosk.start({ id: 'a' })
  void kiosk.end()
  // @ts-expect-error the phone alone ends a visit as itself
  void kiosk.end('phone')
  // @ts-expect-error there are two reasons to give a sign-in up on a kiosk
  return kiosk.cancel('denied')
}

/** One sign-in, read one update at a time. */
export async function inAProgram() {
  const signIn = await startSignIn({ server: 'https://gate.example.org', transport: 'poll' })
  for await (const update of signIn) {
    is<Same<typeof update, SignInUpdate>>()
    is<Same<typeof update.qr, string | undefined>>()
    if (update.state === 'approved')
      is<Same<Awaited<ReturnType<typeof signIn.claim>>, ClaimAnswer>>()
    // A screen is told a name and nothing that tells people apart; a client shows itself for more.
    is<Same<keyof ClaimAnswer['account'], 'name'>>()
    const { claims, services } = await signIn.claim({ credential: 'c', language: 'en' })
    is<Same<typeof services, Service[] | undefined>>()
    is<Same<typeof update.hand_off, HandOffView | undefined>>()
    // @ts-expect-error gates and screens speak two languages
    await signIn.chooseService('exam', 'fr')
    is<Same<typeof claims, Claims | undefined>>()
  }
  // @ts-expect-error there is no such way to the gate
  return startSignIn({ transport: 'carrier pigeon' })
}

/** A screen of one's own. */
export function onAScreen(show: (update: ScreenUpdate) => void) {
  const turn = new Turn({ begin: signal => startSignIn({ signal }), show })
  is<Same<ReturnType<typeof turn.run>, Promise<TurnEnd>>>()
  const kiosk = new Kiosk({ show, idleSeconds: 0, storage: sessionStorage, language: 'en' })
  is<Same<ScreenUpdate['handOff'], HandOffView | undefined>>()
  is<Same<ScreenUpdate['services'], readonly Service[] | undefined>>()
  void kiosk.choose('exam')
  is<Same<typeof kiosk.state, KioskState>>()
  // @ts-expect-error a kiosk that shows nothing serves nobody
  return [turn, kiosk, new Kiosk({})]
}

/** Words: both languages, every state, every trouble. */
export function inWords(update: ScreenUpdate, own: ScreenWords) {
  is<Same<typeof screenWords, Record<Language, ScreenWords>>>()
  is<Same<keyof ScreenWords['trouble'], TroubleKind>>()
  is<Same<ReturnType<typeof screenOf>, ScreenName>>()
  // @ts-expect-error a visit has several screens, so its state alone says too little
  screenOf(update.state)
  // @ts-expect-error words that lack one do not compile
  const short: ScreenWords = { ...screenWords.en, trouble: {} }
  return [messageOf(update, own).title, short]
}

export function inTrouble(error: unknown): number | undefined {
  if (!(error instanceof GateError)) throw error
  is<Same<typeof error.transient, boolean>>()
  // @ts-expect-error its old name
  if (error.passing) return undefined
  return error.transient ? error.retryAfterMs : undefined
}
