import type { LogEventName } from '../../protocol/log-event.ts'
import type { Language } from '../server/language.ts'

/** What somebody is told of their own account's history; other events are not about what they or others did. */
export const toldEvents = [
  'sign_in.approved',
  'visit.ended',
  'hand_off.requested',
  'hand_off.cancelled',
  'report.not_me',
  'session.begun',
  'session.ended',
  'phone.remembered',
  'phone.forgotten',
  'passkey.added',
  'passkey.renamed',
  'passkey.removed',
  'account.added',
  'account.changed',
  'account.password_changed',
  'account.disabled',
  'account.enabled',
  'account.deletion_asked',
] as const satisfies LogEventName[]

export type ToldEvent = (typeof toldEvents)[number]

/** Every word of the account's pages; a dictionary that lacks one does not compile. */
export interface OwnWords {
  title: string
  signIn: { lead: string; submit: string; warning: string }
  signOut: string
  visits: { title: string; none: string; end: string }
  numbers: { title: string; cancel: string; waiting: string }
  phones: {
    title: string
    none: string
    here: string
    kinds: Record<'iphone' | 'android' | 'other', string>
    remove: string
  }
  passkeys: {
    title: string
    none: string
    unnamed: string
    /** Of one that was made for another domain. */
    elsewhere: string
    /** To make one. */
    add: string
    about: string
    name: string
    rename: string
    remove: string
  }
  /** `{time}` stands for when. */
  lastUsed: string
  addedAt: string
  password: {
    title: string
    open: string
    current: string
    next: string
    hint: string
    submit: string
    /** What else it does. */
    text: string
    done: string
  }
  history: {
    title: string
    open: string
    none: string
    events: Record<ToldEvent, string>
  }
  data: { title: string; download: string; remove: string }
  removal: {
    title: string
    text: readonly string[]
    label: string
    submit: string
    wrong: string
    done: { title: string; text: readonly string[] }
  }
  back: string
  /** In place of the general sentences. */
  tooMany: string
  notHere: { title: string; text: string }
  wrong: string
}

export type OwnDictionary = Record<Language, OwnWords>
