import assert from 'node:assert/strict'
import type { Delivery } from '../../server/src/protocol/delivery.ts'
import type { HandOff } from '../../server/src/protocol/hand-off.ts'
import type { Actor, LogEvent, LogEventName } from '../../server/src/protocol/log-event.ts'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import type { Move, SignIn } from '../../server/src/protocol/sign-in-row.ts'
import type { Account } from '../../server/src/store/account.ts'
import { type Change, type Decide, unchanged } from '../../server/src/store/change.ts'
import type { Client } from '../../server/src/store/client.ts'
import type { Kiosk } from '../../server/src/store/kiosk.ts'
import type { LogQuery, LogRow } from '../../server/src/store/log.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { Subject } from '../../server/src/store/subject.ts'

export const start = 1_800_000_000_000

let count = 0

export function freshId(): string {
  count += 1
  const random = Buffer.alloc(10)
  random.writeUInt32BE(count, 6)
  return createSignInId(start, random)
}

export function scanned(id: string, change: Partial<SignIn> = {}): SignIn {
  return {
    id,
    kiosk: 101,
    claimable: true,
    state: 'scanned',
    reason: null,
    seq: 1,
    deadline: start + 180_000,
    phoneHash: 'hash of the phone',
    phoneKind: 'iphone',
    account: null,
    epoch: null,
    amr: null,
    provenAt: null,
    approvedAt: null,
    claimedAt: null,
    client: null,
    claims: null,
    leftBy: null,
    stayUntil: null,
    extendedAt: null,
    disownedAt: null,
    handOff: null,
    updatedAt: start,
    ...change,
  }
}

export function scan(id: string, change: Partial<SignIn> = {}): () => Move {
  return () => ({ next: scanned(id, change), events: [signInEvent(id)] })
}

export function account(key: string, change: Partial<Account> = {}): Account {
  return {
    key,
    id: '홍Gildong',
    idKey: `id of ${key}`,
    idSkeleton: `skeleton of ${key}`,
    name: '홍길동',
    passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
    epoch: 0,
    recoveryHash: null,
    recoveryExpiresAt: null,
    consentVersion: null,
    consentedAt: null,
    subjectSeed: 'c2VlZA',
    externalId: null,
    disabledAt: null,
    removedAt: null,
    deleteAt: null,
    createdAt: start,
    ...change,
  }
}

/** Adds an account, unless there is one of its key. */
export function addAccount({ accounts }: Pick<Store, 'accounts'>, row: Account) {
  return accounts.update(row.key, adding(row, accountEvent(row.key)))
}

/** Adds a row where there is none of its key. */
export function adding<Row>(next: Row, ...events: LogEvent[]): Decide<Row> {
  return old => (old ? unchanged(old) : { next, events })
}

/** What accounts, kiosks and clients have in common; tests of their updates count in `createdAt`. */
export interface Counted {
  createdAt: number
}

export function counted<Row extends Counted>(old: Row, ...events: LogEvent[]): Change<Row> {
  return { next: { ...old, createdAt: old.createdAt + 1 }, events }
}

/** Decides on a row that must be there. */
export function there<Row>(decide: (old: Row) => Change<Row>): Decide<Row> {
  return old => {
    assert.ok(old)
    return decide(old)
  }
}

export function kiosk(change: Partial<Kiosk> = {}): (number: number) => Change<Kiosk> {
  return number => ({
    next: {
      number,
      name: { ko: '1층 접수', en: 'Reception, ground floor' },
      claimable: true,
      credentialHash: null,
      linkHash: null,
      linkExpiresAt: null,
      linkUsedAt: null,
      revokedAt: null,
      removedAt: null,
      client: null,
      policy: null,
      createdAt: start,
      ...change,
    },
    events: [kioskEvent(number)],
  })
}

export function client(id: string, change: Partial<Client> = {}): Client {
  return {
    id,
    name: { ko: '서울내과', en: 'Seoul Clinic' },
    claims: [],
    endpoint: null,
    credentialHash: `hash of ${id}`,
    oldCredentialHash: null,
    oldCredentialUntil: null,
    webhookSecret: `sealed for ${id}`,
    oldWebhookSecret: null,
    oldWebhookUntil: null,
    services: [],
    staffCalls: false,
    failingSince: null,
    webhooksOffAt: null,
    createdAt: start,
    removedAt: null,
    ...change,
  }
}

/** Adds a client, unless there is one of its id. */
export function addClient({ clients }: Pick<Store, 'clients'>, row: Client) {
  return clients.update(row.id, adding(row, clientEvent(row.id)))
}

export function handOff(id: string, change: Partial<HandOff> = {}): HandOff {
  return {
    id,
    signIn: freshId(),
    client: 'clinic',
    kiosk: 101,
    account: 'key of hong',
    claims: ['name'],
    service: { id: 'exam', name: { ko: '진료', en: 'See a doctor' }, icon: 'doctor' },
    language: 'ko',
    state: 'requested',
    reason: null,
    seq: 1,
    ticket: null,
    text: null,
    comingAt: null,
    calledAt: null,
    deadline: start + 600_000,
    tries: 0,
    nextTryAt: start,
    createdAt: start,
    updatedAt: start,
    ...change,
  }
}

/** Adds a hand-off, unless there is one of its id; a gate makes it with its sign-in. */
export function addHandOff({ handOffs }: Pick<Store, 'handOffs'>, row: HandOff) {
  return handOffs.update(row.id, adding(row, handOffEvent(row.id)))
}

/** What became of a hand-off. */
export function handOffEvent(id: string, event: LogEventName = 'hand_off.requested'): LogEvent {
  const actor: Actor = { kind: 'kiosk', id: '101' }
  return { event, at: start, actor, subject: { kind: 'hand_off', id }, kiosk: 101 }
}

let positions = 0

/** A notification of the next event in the log. */
export function delivery(change: Partial<Delivery> = {}): Delivery {
  positions += 1
  return {
    id: `evt-${positions}`,
    client: 'clinic',
    event: 'visit.ended',
    subject: `sign_in ${positions}`,
    position: positions,
    state: 'open',
    tries: 0,
    triedSince: null,
    nextTryAt: start,
    why: null,
    at: start,
    updatedAt: start,
    ...change,
  }
}

/** What a client was told; it is its account's `sub`. */
export function subject(client: string, account: string, change: Partial<Subject> = {}): Subject {
  return { client, account, sub: `sub of ${account}`, claims: [], toldAt: start, ...change }
}

const operator: Actor = { kind: 'operator', id: 'shell:kim' }

/** What a phone did. */
export function signInEvent(
  id: string,
  event: LogEventName = 'sign_in.scanned',
  change: Partial<LogEvent> = {},
): LogEvent {
  const actor: Actor = { kind: 'phone', id: 'hash of the phone' }
  return { event, at: start, actor, subject: { kind: 'sign_in', id }, kiosk: 101, ...change }
}

/** What an operator did to an account. */
export function accountEvent(
  key: string,
  event: LogEventName = 'account.added',
  change: Partial<LogEvent> = {},
): LogEvent {
  const subject = { kind: 'account', id: key } as const
  return { event, at: start, actor: operator, subject, account: key, ...change }
}

/** What an operator did to a kiosk. */
export function kioskEvent(
  number: number,
  event: LogEventName = 'kiosk.added',
  change: Partial<LogEvent> = {},
): LogEvent {
  const subject = { kind: 'kiosk', id: `${number}` } as const
  return { event, at: start, actor: operator, subject, kiosk: number, ...change }
}

/** What an operator did to a client. */
export function clientEvent(
  id: string,
  event: LogEventName = 'client.added',
  change: Partial<LogEvent> = {},
): LogEvent {
  return { event, at: start, actor: operator, subject: { kind: 'client', id }, ...change }
}

/** The log cannot take it: no column holds such a moment. */
export const unwritable: Partial<LogEvent> = { at: Number.NaN }

const all = 1_000_000

/** The whole log, or what a query finds in it, in the order of its coming, sealed or not. */
export async function wholeLog(
  { log }: Pick<Store, 'log'>,
  query: LogQuery = {},
): Promise<LogRow[]> {
  // In this order: what is sealed between the two reads is in both, and not in neither.
  const rows = [
    ...(await log.waiting(query, { after: 0 }, all)),
    ...(await log.find(query, { after: 0 }, all)),
  ]
  const unique = new Map(rows.map(row => [row.row, row]))
  return [...unique.values()].toSorted((a, b) => a.row - b.row)
}

/** What the log tells of one sign-in, account, kiosk or client. */
export async function logOf(store: Pick<Store, 'log'>, subject: string): Promise<LogRow[]> {
  return (await wholeLog(store)).filter(row => row.subject === subject)
}
