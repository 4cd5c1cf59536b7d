/**
 * The wire words: everything that crosses between a gate, its kiosks and the SDK.
 *
 * The server imports this file too, so a word is spelled in one place only.
 * JSON is snake_case; durations end in their unit; no field carries a wall-clock time that a kiosk
 * would have to compare with its own clock, because a kiosk's clock may be wrong.
 */

import type { Service } from './service.ts'
import type { Language, Localized, SiteView } from './site.ts'

export { type Service, type ServiceIcon, serviceIcons } from './service.ts'
export {
  type Language,
  type Localized,
  type OpeningHours,
  preferredLanguage,
  type SiteView,
  type Weekday,
} from './site.ts'
export { type TimeUnits, withTime } from './time-in.ts'

/** Where a sign-in stands, as its kiosk sees it. `pending` is the only state without a stored row. */
export type SignInState =
  | 'pending'
  | 'scanned'
  | 'approved'
  | 'claimed'
  | 'denied'
  | 'cancelled'
  | 'expired'
  | 'ended'

/** Nothing follows these. */
export const finalStates: ReadonlySet<SignInState> = new Set([
  'denied',
  'cancelled',
  'expired',
  'ended',
])

/** Why a final state was reached; for the words on the screen and for logs, never for decisions. */
export type FinalReason =
  | 'unscanned' // expired: nobody scanned in time
  | 'abandoned' // expired: scanned, but the visitor did not sign in in time
  | 'unclaimed' // expired: approved, but the kiosk never came for it
  | 'kiosk' // cancelled or ended on the kiosk
  | 'phone' // ended on the phone
  | 'idle' // ended: nobody has touched the kiosk for a while
  | 'not_me' // cancelled or ended: the phone says that it was somebody else
  | 'not_my_phone' // cancelled: the person at the kiosk says another phone scanned
  | 'left' // cancelled or ended: the kiosk's page was closed and did not come back
  | 'revoked' // cancelled or ended: the kiosk was switched off
  | 'account' // cancelled or ended: the account was removed
  | 'absolute' // ended: the longest allowed visit is over

/** What kind of phone scanned: enough for a person to recognise their own, too little to track it. */
export type PhoneKind = 'iphone' | 'android' | 'other'

/** A QR code's content for a stretch of time; durations count from the moment of asking. */
export interface Frame {
  /** What to draw, to the letter: upper case keeps the QR in its small alphanumeric mode. */
  url: string
  /** Milliseconds until this frame is due. */
  starts_in_ms: number
  /** Milliseconds it is to be shown. */
  lasts_ms: number
}

/** Answer of `POST /api/v1/sign-ins`. */
export interface StartAnswer {
  /** UUIDv7; public. */
  id: string
  /** Proves "I am the screen that started this". Keep it in memory; never in a URL, never in the QR. */
  kiosk_secret: string
  /** Seconds until an unscanned sign-in expires. */
  expires_in: number
  frame: Frame
}

/** What the holder of the kiosk secret may see of a sign-in. Says nothing about who signed in. */
export interface SignInView {
  id: string
  /**
   * Rises with every change of the sign-in. A view is old news where this is not above the last one seen
   * and its `hand_off` is none, or no newer one either.
   */
  seq: number
  state: SignInState
  reason?: FinalReason
  /** Milliseconds until the present state runs out; absent in final states. */
  expires_in_ms?: number
  /** From `scanned` on. */
  phone?: PhoneKind
  /** In `scanned`, once: the visitor may have more time to sign in, by {@link paths.extend}. */
  extendable?: true
  /** Whose page was closed: it is over after `expires_in_ms`, unless the same page is heard again. */
  left?: 'kiosk' | 'phone'
  /** What the visitor has asked for; its own `seq` rises while the sign-in's stays. */
  hand_off?: HandOffView
}

/**
 * Where a hand-off stands. `requested`: the client has been asked, or is being asked. `failed`: it gave no
 * answer in time; a late one still counts. Nothing follows `done`, `no_show` and `cancelled`.
 */
export type HandOffState =
  | 'requested'
  | 'accepted'
  | 'refused'
  | 'failed'
  | 'called'
  | 'done'
  | 'no_show'
  | 'cancelled'

/** Why a hand-off was cancelled. */
export type CancelledBecause =
  | 'another' // the visitor has chosen another service
  | 'phone' // "not today", on the phone
  | 'not_me' // the phone says that it was somebody else
  | 'client' // the client says so
  | 'account' // the account is closed
  | 'over' // nobody has called it for 12 hours

/** What a client gives: a number, a place, a wait. All texts are plain, 80 characters at most. */
export interface QueueTicket {
  /** As it is called, e.g. `A-012`. */
  number?: string
  title?: Localized
  place?: { name: Localized; floor?: Localized; way?: Localized }
  /** Three at most. */
  lines?: Localized[]
  /** How many come before. */
  ahead?: number
  wait_minutes?: number
  /** The number that is being served. */
  now?: string
}

/** One service asked for, and what became of it, as kiosk and phone see it. */
export interface HandOffView {
  /** UUIDv7. */
  id: string
  /** Rises with every change. */
  seq: number
  state: HandOffState
  service: Pick<Service, 'id' | 'name' | 'icon'>
  /** From `accepted` on. */
  ticket?: QueueTicket
  /** Why the client has refused. */
  text?: Localized
  reason?: CancelledBecause
}

/** Answer of `GET /api/v1/sign-ins/{id}`: the view, and the QR's content where it was asked for. */
export interface PollAnswer extends SignInView {
  frames?: Frame[]
}

/** Answer of `GET /api/v1/origin`. */
export interface OriginView {
  /** Whether pages of the origin that asks may call the API. */
  allowed: boolean
}

/** Answer of `POST /api/v1/sign-ins/{id}/user-code` (the names are RFC 8628's). */
export interface UserCodeAnswer {
  /** For a person to type, e.g. `WDJB-MJHT`. */
  user_code: string
  /** Where to type it. */
  verification_uri: string
  /** Seconds. */
  expires_in: number
}

/** Who signed in, as far as a screen in a public room may know: too little to tell people apart. */
export interface ClaimedAccount {
  /** Masked, never whole, with three stars in a row at most: 홍*동, J*** D**. */
  name: string
}

/**
 * What a client may be told of who signed in: `sub` always, all else where an operator granted it and
 * the visitor agreed.
 */
export interface Claims {
  /** Pairwise (OpenID Connect Core §8.1): the same person at the same client, always; opaque. */
  sub: string
  /** 홍*동, J*** D**, never whole. */
  masked_name?: string
  /** As the visitor gave it; may be empty. */
  name?: string
  /** What the visitor types to sign in. */
  account_id?: string
  /** What another system calls this person, e.g. a patient number; null where none is known. */
  external_id?: string | null
}

/**
 * Answer of `POST /api/v1/sign-ins/{id}/claim`; the same for every repeat by the same kiosk secret, but
 * for a grant that has changed meanwhile and an `id_token` that is made anew.
 */
export interface ClaimAnswer {
  id: string
  state: 'claimed'
  account: ClaimedAccount
  /** Seconds since 1970 (RFC 7519 NumericDate): when the visitor proved who they are. */
  auth_time: number
  /** RFC 8176 method names, e.g. `["pwd"]`. */
  amr: string[]
  /** Only for the kiosk's client, which shows itself by its credential. */
  claims?: Claims
  /** The same, signed (OpenID Connect Core §2); only for the kiosk's client. */
  id_token?: string
  /** What the visitor may ask for, in the kiosk's order; absent where there is nothing to choose. */
  services?: Service[]
  /** What was asked for: a single service by the claim itself. */
  hand_off?: HandOffView
}

/** Answer of `GET /api/v1/clients/self`. */
export interface ClientView {
  id: string
  name: Localized
  /** What it may be told, besides `sub`. */
  claims: Exclude<keyof Claims, 'sub'>[]
  /** Where its webhooks go. */
  endpoint?: string
  /** Numbers and names of its kiosks. */
  kiosks: { number: number; name: Localized }[]
  services: Service[]
  /** The place where its kiosks stand; a gate of before does not tell. */
  site?: SiteView
}

/** Body and answer of `PUT /api/v1/clients/self/services`; 50 at most. */
export interface Services {
  services: Service[]
}

/**
 * Body of `PATCH /api/v1/hand-offs/{id}`: what is another now. What is left out stays; what is null the
 * ticket has no more.
 */
export interface HandOffChange extends Removable<QueueTicket> {
  status?: Exclude<HandOffState, 'requested' | 'failed'>
  /** Why it is refused. */
  text?: Localized
}

type Removable<Fields> = { [Name in keyof Fields]: Fields[Name] | null }

/** Answer of `PATCH /api/v1/hand-offs/{id}`. */
export interface HandOffAnswer {
  id: string
  status: HandOffState
}

/** Body of `PATCH /api/v1/hand-offs`; 100 at most. */
export interface HandOffChanges {
  hand_offs: (HandOffChange & { id: string })[]
}

/** Answer of `PATCH /api/v1/hand-offs`: one result each, in the same order. */
export interface HandOffResults {
  results: (HandOffAnswer | ({ id: string } & Refused))[]
}

/** Answer of `GET /api/v1/kiosk`: what the kiosk's own page needs to introduce itself. */
export interface KioskView {
  /** The kiosk's number, unique at this gate. */
  number: number
  site: Localized
  name: Localized
  mode: 'demo' | 'serve'
  /** What its operator wants of the screen; a gate of before knows no policies. */
  policy?: KioskPolicy
  /** Whether its client hears of it when a visitor calls for staff. */
  staff_call?: boolean
}

/** What a kiosk's page shows and how it behaves, as its operator wants it. */
export interface KioskPolicy {
  /** Another one at every change; 0 where nothing was set. */
  version: number
  /** Offered on the screen; the first is the usual one. */
  languages: Language[]
  /** What brings the QR: a tap, or nothing. */
  start: 'touch' | 'always'
  timings: {
    /** How long a visitor may leave the screen untouched. */
    idle_seconds: number
    /** How long the screen shows that all is done, from the last touch on. */
    done_seconds: number
  }
  /** Plain text in place of the page's own, 80 characters at most. */
  texts: { idle_title?: Localized; idle_text?: Localized; done_text?: Localized }
  /** Ids of the services to offer, in this order; absent: all of them. */
  services: { offer?: string[] }
  printing: {
    /** Whether the number is printed, once. */
    ticket: boolean
    /** How wide the printer's roll is; 80 where a gate of before does not say it. */
    paper_mm: 58 | 80
  }
}

/** What a kiosk without a policy does. */
export const usualPolicy: KioskPolicy = {
  version: 0,
  languages: ['ko', 'en'],
  start: 'touch',
  timings: { idle_seconds: 60, done_seconds: 20 },
  texts: {},
  services: {},
  printing: { ticket: false, paper_mm: 80 },
}

/** Every refusal has this shape; `code` is stable, `message` is for people and may be reworded. */
export interface Refused {
  code: string
  message: string
}

/** What a kiosk may say on `WS /api/v1/kiosk`; its first messages must be a `hello` or a `watch`. */
export type KioskMessage =
  /**
   * From the gate's own page of an enrolled kiosk, whose handshake carried the kiosk's cookie: such a
   * socket stays open while it watches nothing. To everybody else it is refused.
   */
  | { type: 'hello' }
  /** With `renew`, and on the socket of an enrolled kiosk's own page only, a `next` will follow. */
  | { type: 'watch'; id: string; kiosk_secret: string; renew?: boolean }
  | { type: 'frames'; id: string; ask: number }
  | { type: 'ping' }

/** What the gate says on `WS /api/v1/kiosk`. */
export type GateMessage =
  /** Answers a `hello`, with what the gate has to say to its own page. */
  | { type: 'hello'; policy?: KioskPolicy }
  /** To its own page only: its kiosk has another policy now. */
  | { type: 'policy'; policy: KioskPolicy }
  | ({ type: 'state' } & SignInView)
  /** `ask` echoes the request's number, so that a late answer is recognised. */
  | { type: 'frames'; id: string; ask: number; frames: Frame[] }
  /**
   * A watched sign-in with `renew` is about to run out unscanned: here is its successor, already watched.
   * It brings a kiosk secret, so it comes only to an enrolled kiosk's own page.
   */
  | ({ type: 'next'; after: string } & StartAnswer)
  | { type: 'pong' }
  /** One message was refused (`id` where it named a sign-in); the socket goes on. */
  | ({ type: 'refused'; id?: string } & Refused)

/** Close codes of `WS /api/v1/kiosk` (RFC 6455 §7.4.2 leaves 4000-4999 to applications). */
export const closeCodes = {
  /** RFC 6455 §7.4.1: nothing is watched any more. No trouble; whoever watches again opens a new one. */
  idle: 1000,
  /** A message that is not one of {@link KioskMessage}. */
  badMessage: 4400,
  /** No `watch` with a right secret within 5 s, and no `hello`. */
  unproven: 4401,
  /** The kiosk was revoked. */
  forbidden: 4403,
  /** A newer socket watches the same sign-in, or newer pages show the same kiosk. */
  replaced: 4409,
  /** RFC 6455 registry: the gate restarts; the reason is `{"retry_after_ms": n}`. */
  restarting: 1012,
  /** RFC 6455 registry: the gate is full; the reason is `{"retry_after_ms": n}`. */
  tryLater: 1013,
} as const

/** Paths of the kiosk's API, relative to the gate's origin. */
export const paths = {
  /** GET: {@link KioskView}; as a WebSocket: {@link KioskMessage} and {@link GateMessage}. */
  kiosk: '/api/v1/kiosk',
  kioskEnrol: '/api/v1/kiosk/enrol',
  signIns: '/api/v1/sign-ins',
  signIn: (id: string) => `/api/v1/sign-ins/${id}`,
  cancel: (id: string) => `/api/v1/sign-ins/${id}/cancel`,
  extend: (id: string) => `/api/v1/sign-ins/${id}/extend`,
  userCode: (id: string) => `/api/v1/sign-ins/${id}/user-code`,
  claim: (id: string) => `/api/v1/sign-ins/${id}/claim`,
  end: (id: string) => `/api/v1/sign-ins/${id}/end`,
  leave: (id: string) => `/api/v1/sign-ins/${id}/leave`,
  service: (id: string) => `/api/v1/sign-ins/${id}/service`,
  staffCall: '/api/v1/kiosk/staff-call',
  /** GET: {@link OriginView}, for pages of every origin. */
  origin: '/api/v1/origin',
  client: '/api/v1/clients/self',
  clientServices: '/api/v1/clients/self/services',
  handOffs: '/api/v1/hand-offs',
  handOff: (id: string) => `/api/v1/hand-offs/${id}`,
  clientSubject: (sub: string) => `/api/v1/clients/self/subjects/${sub}`,
} as const
