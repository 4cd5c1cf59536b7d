import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { VerifyParts } from '../../server/src/log/verify.ts'
import type { LogEvent, LogEventName } from '../../server/src/protocol/log-event.ts'
import { firstSeal, logDigest, logSeal } from '../../server/src/protocol/log-form.ts'
import { eventToRow, logFromRow } from '../../server/src/store/sql/log-row.ts'
import type { LogTable, Tables } from '../../server/src/store/sql/tables.ts'
import {
  day,
  firstDay,
  keepAll,
  keepCopy,
  keysOf,
  type LogDatabase,
  mixed,
  openPostgresLog,
  openSqliteLog,
  sealAll,
  verified,
} from './log-database.ts'
import { PostgresServer } from './postgres.ts'

/*
 * The log that is tampered with: 59 events in three segments and a tail. Visitors' events of the
 * first segment are erased. Every third event is an operator's.
 *
 *    1-18  events   19  checkpoint of 18
 *   20-37  events   38  checkpoint of 37   39  the erasure of 1-2, 4-5 … 16-17
 *   40-53  events   54  checkpoint of 53
 *   55-59  events
 */
export const emptied = [1, 4, 7, 10, 13, 16].map(from => `positions ${from} to ${from + 1}`)
/** A visitor's row that is not erased, and an operator's. */
export const visitors = 20
export const operators = 22

/** When it is looked at. */
export const asked = firstDay + 94 * day

/** Does all of the above, as a gate does it. */
export async function fill({ store }: Pick<LogDatabase, 'store'>): Promise<void> {
  const { log } = store
  await log.add(mixed(firstDay, 18))
  await sealAll(store)
  await keepAll(store, firstDay + day)
  await log.add(mixed(firstDay + 50 * day, 18))
  await sealAll(store)
  await keepAll(store, firstDay + 51 * day)
  await keepAll(store, firstDay + 92 * day)
  await log.add(mixed(firstDay + 92 * day, 14))
  await sealAll(store)
  await keepAll(store, firstDay + 93 * day)
  await log.add(mixed(firstDay + 93 * day, 5))
  await sealAll(store)
}

export type Raw = Kysely<Tables>
export type Row = Partial<Selectable<LogTable>>

export const set = (raw: Raw, position: number, row: Row) =>
  raw.updateTable('log').set(row).where('position', '=', position).execute()

export async function at(raw: Raw, position: number) {
  return raw
    .selectFrom('log')
    .selectAll()
    .where('position', '=', position)
    .executeTakeFirstOrThrow()
}

export const remove = (raw: Raw, from: number, to = from) =>
  raw.deleteFrom('log').where('position', '>=', from).where('position', '<=', to).execute()

export const insert = (raw: Raw, event: LogEvent, row: Row) =>
  raw
    .insertInto('log')
    .values({ ...eventToRow(event), ...row })
    .execute()

/** Two rows at each other's positions; a position is unique at every moment. */
export async function swap(raw: Raw, one: number, other: number, rest: 'seals too' | 'seals stay') {
  const [first, second] = [await at(raw, one), await at(raw, other)]
  const seals = rest === 'seals stay'
  await set(raw, one, { position: -1 })
  await set(raw, other, { position: one, ...(seals && { seal: first.seal }) })
  await set(raw, -1, { position: other, ...(seals && { seal: second.seal }) })
}

/** Makes room at a position, as if there had always been something. */
export async function moveUp(raw: Raw, from: number) {
  await sql`update log set position = -position where position >= ${from}`.execute(raw)
  await sql`update log set position = 1 - position where position < 0`.execute(raw)
  await sql`update log_head set position = position + 1`.execute(raw)
}

/** All that somebody can make anew who knows the form of digests and seals: every seal, and the head. */
export async function sealAnew(raw: Raw) {
  let seal = firstSeal
  let position = 0
  for (const row of await raw.selectFrom('log').selectAll().orderBy('position').execute()) {
    position = row.position ?? 0
    const { salt, form } = row
    const digest = (salt !== null && logDigest(form, salt, logFromRow(row))) || row.digest
    seal = logSeal(seal, position, digest)
    await set(raw, position, { digest, seal })
  }
  await raw.updateTable('log_head').set({ position, seal }).execute()
}

/** When what is inserted is said to have happened. */
export const late = firstDay + 93 * day

export const setCheckpoint = (
  raw: Raw,
  position: number,
  row: Partial<Tables['log_checkpoints']>,
) => raw.updateTable('log_checkpoints').set(row).where('position', '=', position).execute()

/** Signs checkpoints, with a key of his own. */
export const thief = keysOf('the key of somebody who has no key of this gate')

/** An event as a gate writes it about its log. */
export function logOfLog(event: LogEventName, detail: LogEvent['detail'] & object): LogEvent {
  const actor = { kind: 'system', id: 'gate' } as const
  return { event, at: asked, actor, subject: { kind: 'log', id: '' }, detail }
}

// ── what is said of it ─────────────────────────────────────────────────────────────────────────

export const changed = (position: number) => `position ${position} was changed after it was written`
export const broken = (position: number) =>
  `position ${position} does not continue the one before: changed, inserted or out of order`
export const brokenFromTo = (from: number, to: number) =>
  `positions ${from} to ${to} do not continue the ones before: changed, inserted or out of order`
export const missing = (position: number) => `position ${position} is missing`
export const missingFromTo = (from: number, to: number) => `positions ${from} to ${to} are missing`
export const own = (position: number) => `the gate's own checkpoint at position ${position}`
export const untold = (position: number) => `${own(position)} is not the one of which the log tells`
export const unsigned = (position: number) => `${own(position)} has a wrong signature`
export const otherwise = 'says otherwise: what stands up to there was written anew'
export const notHere = 'was signed with a key that is not here'

export const given = (position: number) => `the given checkpoint at position ${position}`

export function unsaid(positions: string): string {
  return `${positions} ${positions.includes('to') ? 'were' : 'was'} emptied, and no erasure in the log says so`
}

/** What could be a digest or a seal, and is none. */
export const bytes32 = Buffer.alloc(32, 7).toString('base64url')

// ── the tests ──────────────────────────────────────────────────────────────────────────────────

/** What was changed, and all the faults that must be found. */
export type Case = [
  name: string,
  tamper: (raw: Raw) => Promise<unknown>,
  faults: string[],
  doubts?: string[],
]

export interface Engine extends LogDatabase {
  engine: string
  /** The log as it was before anybody touched it. */
  restore(): Promise<void>
}

/** The log on each engine. */
export async function tamperedLogs(): Promise<Engine[]> {
  const server = await PostgresServer.start({ after })
  const databases = {
    SQLite: await openSqliteLog({ after }),
    Postgres: await openPostgresLog({ after }, server),
  }
  const filled = Object.entries(databases).map(async ([engine, database]) => {
    await fill(database)
    return { engine, ...database, restore: await keepCopy(database) }
  })
  return Promise.all(filled)
}

/** How one engine's log is tampered with and looked at. */
export function tests({ engine, store, raw, restore }: Engine) {
  const look = (parts: Partial<VerifyParts> = {}) =>
    verified(store, { clock: () => asked, ...parts })

  return {
    look,

    /** A test on a copy of the log. */
    check(sentence: string, body: () => Promise<void>) {
      test(`${engine}: ${sentence}`, async () => {
        await restore()
        await body()
      })
    },

    /** The same for several ways to tamper with it. */
    checkAll(sentence: string, cases: readonly Case[]) {
      test(`${engine}: S132: ${sentence}`, async t => {
        for (const [name, tamper, faults, doubts = []] of cases) {
          await t.test(name, async () => {
            await restore()
            await tamper(raw)
            const found = await look()
            assert.deepEqual(found.faults, faults)
            // Beside a fault more may be in doubt; without one, nothing but what is named.
            const odd = [...found.doubts, ...found.notes]
            for (const doubt of doubts) assert.ok(odd.includes(doubt), doubt)
            if (faults.length === 0) assert.equal(found.doubts.length, doubts.length)
          })
        }
      })
    },
  }
}
