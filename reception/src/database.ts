import { chmodSync, closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely, type Selectable, type SqliteDatabase, SqliteDialect } from 'kysely'
import type { ArrivalState } from './wire.ts'

/** Reception's own SQLite file. Times are milliseconds since 1970, truths 0 or 1. */
export interface Tables {
  /** Whoever came; a row's number is never given again. */
  arrivals: {
    /** The hand-off's id, or one that the desk has made for a walk-in. */
    id: string
    day: string
    letter: string
    number: number
    state: ArrivalState
    service: string
    /** Where it was called, until that desk goes on. */
    desk: string | null
    /** Its latest call. */
    call: number | null
    name: string | null
    external_id: string | null
    walk_in: number
    came_at: number
    waiting_since: number
    /** Sorts those who wait. */
    turn: number
    ended_at: number | null
    coming: number
    /** Rises with every change. */
    version: number
    /** How often it was called, calls once more included. */
    rings: number
    /** JSON: what the gate was told last; null for what it knows nothing of. */
    told: string | null
    /** The `rings` that it was told of. */
    told_rings: number
    /** Whether there may be something to tell the gate. */
    unsettled: number
  }
  calls: {
    id: number
    arrival: string
    day: string
    service: string
    desk: string
    waiting_since: number
    called_at: number
    /** Called again: later than `called_at`. */
    rung_at: number
    recalls: number
  }
  closed_services: { day: string; service: string }
  staff_calls: { id: string; kiosk: string; at: number; taken_at: number | null }
  /** SHA-256 of the secrets in links and cookies. */
  desk_links: { hash: string; expires_at: number }
  desk_sessions: { hash: string; expires_at: number }
  /** What the gate has said last, for when it is away. */
  known: { name: string; value: string }
}

export type Database = Kysely<Tables>
export type ArrivalRow = Selectable<Tables['arrivals']>

/** One step for each version of the file; `PRAGMA user_version` says how many it has made. */
const steps = [
  `CREATE TABLE arrivals (
     id TEXT PRIMARY KEY, day TEXT NOT NULL, letter TEXT NOT NULL, number INTEGER NOT NULL,
     state TEXT NOT NULL, service TEXT NOT NULL, desk TEXT, call INTEGER, name TEXT, external_id TEXT,
     walk_in INTEGER NOT NULL, came_at INTEGER NOT NULL, waiting_since INTEGER NOT NULL,
     turn REAL NOT NULL, ended_at INTEGER, coming INTEGER NOT NULL, version INTEGER NOT NULL,
     rings INTEGER NOT NULL, told TEXT, told_rings INTEGER NOT NULL, unsettled INTEGER NOT NULL, UNIQUE (day, letter, number)) STRICT;
   CREATE INDEX waiting ON arrivals (turn) WHERE state = 'waiting';
   CREATE INDEX at_desks ON arrivals (desk) WHERE desk IS NOT NULL;
   CREATE INDEX unsettled ON arrivals (unsettled) WHERE unsettled = 1;
   CREATE INDEX named ON arrivals (day) WHERE name IS NOT NULL OR external_id IS NOT NULL;
   CREATE TABLE calls (
     id INTEGER PRIMARY KEY AUTOINCREMENT, arrival TEXT NOT NULL, day TEXT NOT NULL,
     service TEXT NOT NULL, desk TEXT NOT NULL, waiting_since INTEGER NOT NULL,
     called_at INTEGER NOT NULL, rung_at INTEGER NOT NULL, recalls INTEGER NOT NULL) STRICT;
   CREATE INDEX calls_of_service ON calls (service, called_at);
   CREATE INDEX calls_of_day ON calls (day, rung_at);
   CREATE TABLE closed_services (
     day TEXT NOT NULL, service TEXT NOT NULL, PRIMARY KEY (day, service)) STRICT;
   CREATE TABLE staff_calls (
     id TEXT PRIMARY KEY, kiosk TEXT NOT NULL, at INTEGER NOT NULL, taken_at INTEGER) STRICT;
   CREATE TABLE desk_links (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
   CREATE TABLE desk_sessions (hash TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) STRICT;
   CREATE TABLE known (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;`,
]

const name = 'reception.sqlite'

/** How long another process, a backup or a command, may hold the file, in milliseconds. */
const patience = 5_000

/** With those above it. Not by Node's `recursive`: below `/proc` that never comes to an end. */
function makeFolder(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) makeFolder(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/** Opens `reception.sqlite`, and makes it where there is none. */
export function openDatabase(dataDir: string): Database {
  makeFolder(dataDir)
  const file = join(dataDir, name)
  makeFile(file, 'a')
  // Also one that was open to others; SQLite gives its other files the mode of this one.
  chmodSync(file, 0o600)
  const raw = new DatabaseSync(file, { timeout: patience })
  // FULL: a number that was given must outlive a power cut. What was erased must not stay readable.
  raw.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON')
  // First the lock: a command may open it at the same time.
  raw.exec('BEGIN IMMEDIATE')
  const { user_version: made } = raw.prepare('PRAGMA user_version').get() ?? {}
  for (const [index, step] of steps.entries()) {
    if (index >= Number(made)) raw.exec(`${step} PRAGMA user_version = ${index + 1}`)
  }
  raw.exec('COMMIT')
  return new Kysely<Tables>({ dialect: new SqliteDialect({ database: driven(raw) }) })
}

/**
 * A whole copy in one file of its own, also while reception runs.
 * @throws Error that says in a sentence what is there, or is not.
 */
export function saveCopy(dataDir: string, file: string): void {
  const original = join(dataDir, name)
  if (!existsSync(original)) throw new Error(`There is no ${original}.`)
  if (existsSync(file)) throw new Error(`${file} is there already.`)
  const raw = new DatabaseSync(original, { timeout: patience, readOnly: true })
  makeFile(file, 'wx')
  try {
    raw.prepare('VACUUM INTO ?').run(file)
  } catch (error) {
    rmSync(file)
    throw error
  } finally {
    raw.close()
  }
}

/** An empty file, which SQLite takes for its own: whoever could read it would read names. */
function makeFile(file: string, flags: 'a' | 'wx'): void {
  closeSync(openSync(file, flags, 0o600))
}

/** Lets Kysely drive `node:sqlite`. */
function driven(raw: DatabaseSync): SqliteDatabase {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return {
    close: () => raw.close(),
    prepare(text) {
      // One that reads first and writes then could not wait for another writer.
      const statement = raw.prepare(text === 'begin' ? 'begin immediate' : text)
      return {
        reader: statement.columns().length > 0,
        all: parameters => statement.all(...values(parameters)),
        run: parameters => statement.run(...values(parameters)),
        iterate: parameters => statement.iterate(...values(parameters)),
      }
    },
  }
}
