/**
 * Whatever the log tells of, and in which words. A row may hold other words, written by a newer gate:
 * readers pass over them.
 */
export const logEvents = {
  'sign_in.scanned': 'A phone has the sign-in. `phone`: what kind of phone.',
  'sign_in.signed_in': 'Written by older gates beside `sign_in.approved`.',
  'sign_in.approved':
    'Somebody has signed in for this kiosk. `method`: by which way; `amr`: how they have proven who they are (RFC 8176). `client`, `claims`: what was agreed to have told, and to whom.',
  'sign_in.denied': 'The visitor said no.',
  'sign_in.cancelled': 'Ended at the kiosk, or with it. `reason`.',
  'sign_in.claimed':
    'The kiosk was told who signed in. `client`, `claims`: what was agreed to have told, and to whom.',
  'sign_in.expired': 'Its time was over. `reason`.',
  'visit.ended': 'The visit is over. `reason`; `client` where it was told.',
  'hand_off.requested': 'Somebody has asked for a service. `sign_in`, `service`.',
  'hand_off.accepted': 'The client takes it.',
  'hand_off.refused': 'The client says no.',
  'hand_off.failed': 'The client gave no answer that counts; staff must help. `tries`.',
  'hand_off.called': 'It is their turn.',
  'hand_off.done': 'They were served.',
  'hand_off.no_show': 'They did not come.',
  'hand_off.coming':
    'The phone says that its owner is on the way. `client`, `service`; `tries`: how often the client was asked.',
  'hand_off.cancelled':
    'It is void. `reason`; `client`, `service`; `tries`: how often the client was asked; `asked_until`, where it may just be asked.',
  'staff.called': 'A visitor at the kiosk wants somebody to come.',
  'report.not_me':
    'The phone says that it was somebody else. `state`: how the sign-in stands; `client` where it was told.',
  'account.added':
    'An account is new. `from`: `import` where another system made its password hash; `invitation`: by which; `consent`: the version of the notice that whoever signed up was shown.',
  'invitation.added': 'A code lets people sign up. Its subject is its first three letters.',
  'invitation.voided': 'It does so no more.',
  'account.password_changed': 'It has another password.',
  'account.recovery_begun':
    'It has a link by which its owner sets a new password; one of before is void.',
  'account.recovered': 'Its owner has set a new password by that link.',
  'account.changed': 'An operator has changed it. `fields`: which.',
  'phone.remembered': 'A phone signs its owner in by one tap from now on. `phone`, `name`.',
  'phone.forgotten': 'It does so no more. `phone`, `name`.',
  'passkey.added': 'A passkey was added to it. `name`.',
  'passkey.renamed': 'Its owner calls it something else. `name`.',
  'passkey.removed': 'It signs nobody in any more. `name`.',
  'session.begun':
    "Somebody has opened their account's page. `amr`: how they have proven who they are (RFC 8176).",
  'session.ended': 'They have signed out there.',
  'account.deletion_asked': 'Its owner wants it gone: it is removed after a week.',
  'account.disabled': 'It can no longer sign in.',
  'account.enabled': 'It can sign in again.',
  'account.removed': 'It is gone for good: its key is all that is left of it.',
  'account.deleted':
    'Of one that is removed, and of no named one: a client that knew it by this `sub` is told so. `client`.',
  'kiosk.added':
    'A kiosk is new. `by`: `link` for a screen, `credential` for a backend; `client` where it has one.',
  'kiosk.enrolled':
    'A screen has used the link. `again`: 1 where it did so once more, having lost what it was given.',
  'kiosk.invited': 'It has a new link for its screen; the one before is good no more.',
  'kiosk.revoked': 'The kiosk is switched off.',
  'kiosk.removed': 'It is listed no more; its number is given to no other.',
  'kiosk.changed':
    'An operator has changed it. `fields`: which; `client` where it is among them, empty for none.',
  'client.added': 'A client is new. `claims`: what it may be told.',
  'client.changed':
    'An operator has changed it. `fields`: which; `claims` where they are among them.',
  'client.rotated':
    'It has a new credential or webhook secret. `fields`: which; `until` when the old ones are good.',
  'client.removed': 'It is told nothing any more.',
  'client.webhooks_off': 'Its endpoint has failed for three days: nothing is sent there any more.',
  'site.changed':
    'An operator has changed what the place says of itself. `fields`: which; `notice`: the version of the sign-up notice that is shown from now on.',
  'signing_key.added':
    'A key for ID tokens is new. `signs_from`: when it begins, `removed`: which are good no more.',
  'tries.refused': 'Refused tries of up to a minute together. `count`, `seconds`.',
  'log.restored': 'The database is a backup now: what came behind `position` before is not in it.',
  'log.checkpoint': 'The last seal of a day. `position`, `seal`, `at`, `key`, `signature`.',
  'log.erased': "Visitors' events are empty now. `positions`: which.",
  'log.purged': 'Old segments are gone. `through`: the last position that is.',
} as const satisfies Record<string, string>

export type LogEventName = keyof typeof logEvents

export function isKnownEvent(event: string | null): boolean {
  return Object.hasOwn(logEvents, event ?? '')
}

/** Who did it. */
export interface Actor {
  kind: 'phone' | 'kiosk' | 'operator' | 'client' | 'system'
  /**
   * Phone: its hash at this sign-in. Kiosk: its number. Operator: the account's key, or `shell:NAME`
   * for whoever ran a command. Empty where nobody knows.
   */
  id: string
  /** An operator's address, or the network of refused tries. */
  address?: string
}

/** What the gate does by itself. */
export const system: Actor = { kind: 'system', id: 'gate' }

/** One thing that happened. Names and texts of people and places are never in it. */
export interface LogEvent {
  event: LogEventName
  /** Milliseconds since 1970. */
  at: number
  actor: Actor
  /** What it happened to: which kind of thing, and which one. */
  subject: {
    kind:
      | 'sign_in'
      | 'hand_off'
      | 'account'
      | 'sub'
      | 'kiosk'
      | 'client'
      | 'signing_key'
      | 'invitation'
      | 'site'
      | 'refusal'
      | 'log'
    id: string
  }
  /** The number of the kiosk where it happened. */
  kiosk?: number
  /** The key of the account that it is about. */
  account?: string | null
  /** At most 2 KiB as JSON. */
  detail?: Record<string, string | number | readonly string[]>
}

/** Whether it tells of a visitor, and is thus erased sooner than what operators did. */
export function isVisitors(kinds: {
  actorKind: string | null
  subjectKind: string | null
}): boolean {
  const { actorKind, subjectKind } = kinds
  const visitors = ['sign_in', 'hand_off', 'refusal', 'sub']
  return actorKind === 'phone' || (subjectKind !== null && visitors.includes(subjectKind))
}
