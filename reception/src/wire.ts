import type { Localized } from '@qrgate/sdk/protocol'

/**
 * What desk, board and summary hear from reception. Times are milliseconds since 1970 by reception's
 * clock, and every answer says what it is `now`: a browser's clock may be wrong.
 */

/** How it stands with somebody who came. */
export type ArrivalState = 'waiting' | 'called' | 'done' | 'no_show' | 'cancelled'

/** Somebody who came, as the desk sees them. */
export interface ArrivalView {
  /** A UUID: the hand-off's, or one that the desk has made for a walk-in. */
  id: string
  /** As it is called, e.g. `A-012`; the same from the door to the last desk. */
  number: string
  state: ArrivalState
  /** What they wait for, or have been called for. */
  service: string
  /** Where they were called. */
  desk?: string
  /** What the gate may tell, or what the desk has written; most often masked: 홍*동. */
  name?: string
  /** What the client's own system calls them, e.g. a patient number. */
  external_id?: string
  /** Came without a phone. */
  walk_in: boolean
  came_at: number
  /** Since when they wait for this service. */
  waiting_since: number
  called_at?: number
  /** Called again so often. */
  recalls: number
  /** "On my way", said on the phone. */
  coming: boolean
}

export interface ServiceView {
  id: string
  name: Localized
  /** What its numbers begin with. */
  letter: string
  /** Where to wait for it; absent: where it is served. */
  place?: { name: Localized; floor?: Localized; way?: Localized }
  /** Closed at the desk, until the day is over. */
  closed: boolean
}

/** A place where people are served: a room, a counter. */
export interface DeskView {
  id: string
  name: Localized
  /** Ids of what it serves. */
  services: string[]
  /** Who has been called there last: `called`, or `cancelled` since then until the desk goes on. */
  serving?: ArrivalView
}

export interface StaffCall {
  id: string
  kiosk: Localized
  at: number
}

/** `desk/live`, as an event stream: all that a desk shows, again at each change. */
export interface DeskState {
  now: number
  site: Localized
  /** IANA, of the place. */
  time_zone: string
  /** E.g. `2026-11-29`; a day begins at 04:00. */
  day: string
  /** How many came today, and how many of them are done. */
  today: { came: number; done: number }
  services: ServiceView[]
  desks: DeskView[]
  /** Whose turn it is first, first. */
  waiting: ArrivalView[]
  staff_calls: StaffCall[]
  /** Whether phones hear of what happens here. */
  gate: 'reached' | 'away'
}

/** What a desk can do: `POST desk/NAME`, with the body here, in JSON. All are safe to repeat. */
export interface DeskActions {
  /** Whoever is being served there is done. */
  call: { desk: string; arrival: string }
  /** Rings once more, for who has been called. */
  recall: { arrival: string }
  /** Also takes a `cancelled` one off its desk. */
  end: { arrival: string; as: 'done' | 'no_show' }
  /** Behind the next two who wait. */
  back: { arrival: string }
  /** Waits for another service from now on, with the same number. */
  pass: { arrival: string; service: string }
  /** @property id a UUID that the page has made, so that a repeat gives no second number. */
  'walk-in': { id: string; service: string; name?: string }
  /** Somebody goes there. */
  'staff-call': { id: string }
  /** Until the day is over. */
  service: { service: string; closed: boolean }
  /** @property undo as the answer of what is to be undone had it; for 10 s. */
  undo: { undo: string }
}

/** Answer of each. */
export interface ActionAnswer {
  arrival?: ArrivalView
  /** Takes it back, for 10 s. */
  undo?: string
}

/** Any refusal, with its status. */
export interface ReceptionRefused {
  code:
    | 'malformed' // 422
    | 'not_found' // 404
    | 'no_desk' // 401: this browser was not opened by a desk's link
    | 'link_used' // 401
    | 'other_site' // 403
    | 'taken' // 409: another desk was faster, or it is over
    | 'undo_late' // 409
    | 'busy' // 503: too many pages listen
    | 'storage_busy' // 503: nothing can be stored now; once that is over, the same gets through
    | 'internal' // 500
  message: string
}

/** Somebody is to come. */
export interface BoardCall {
  number: string
  place: Localized
  called_at: number
  /** Rises when it is called again. */
  recalls: number
}

/** `board/live`, as an event stream. Nothing of anybody but numbers. */
export interface BoardState {
  now: number
  site: Localized
  time_zone: string
  /** The newest first; six at most. */
  calls: BoardCall[]
  waiting: number
}

/** `day/summary?day=2026-11-29`; the same as CSV at `day/summary.csv`. */
export interface DaySummary {
  now: number
  site: Localized
  day: string
  /** Days that are kept, the newest first. */
  days: string[]
  came: number
  done: number
  no_show: number
  cancelled: number
  /** From coming to being called for the first time; absent where nobody was. */
  median_wait_ms?: number
  /** By the hour of the place's clock, 4 to 27 (27: three in the morning), only from the first to the last with anybody. */
  hours: { hour: number; came: number; median_wait_ms?: number }[]
  services: { id: string; name: Localized; came: number; median_wait_ms?: number }[]
}
