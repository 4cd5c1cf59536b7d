import { accessSync, chmodSync, constants, existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Kysely, type Selectable, SqliteDialect } from 'kysely'
import { makeFile, makeFolder, noteFile } from './folder.ts'
import { drive, filesOf, openSqlite } from './sqlite.ts'
import { DatabaseTrouble, inWords, type TroubleKind } from './trouble.ts'
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
  /** What the gate has said last, for when it is away; and when it was tried whether anything can be written. */
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

const probe = `INSERT INTO known (name, value) VALUES ('written', unixepoch())
  ON CONFLICT DO UPDATE SET value = excluded.value`

export const databaseFile = (dataDir: string) => join(dataDir, 'reception.sqlite')

export interface Opened {
  db: Database
  /** Why work could not be done now. */
  trouble(): TroubleKind | null
}

/**
 * Opens `reception.sqlite`.
 * @param opening whether it is made where there never was one. A command makes none.
 * @param noticed told once when it cannot do its work any more, and when it can again.
 * @throws DatabaseTrouble, or Error that says in a sentence why there is none.
 */
export function openDatabase(
  dataDir: string,
  opening: 'make' | 'use' = 'make',
  noticed: (trouble: DatabaseTrouble | null) => void = () => {},
): Opened {
  const path = databaseFile(dataDir)
  if (opening === 'make') makeFolder(dataDir)
  try {
    prepareFile(dataDir, path, opening)
    const raw = openSqlite(path)
    bringUpToDate(raw, path)
    const { database, trouble } = drive(raw, path, probe, noticed)
    return { db: new Kysely<Tables>({ dialect: new SqliteDialect({ database }) }), trouble }
  } catch (error) {
    throw inWords(error, path)
  }
}

/** Never an empty one in place of one that was lost. */
function prepareFile(dataDir: string, path: string, opening: 'make' | 'use'): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.size === 0) {
    throw new DatabaseTrouble('damaged', path, 'the file is empty; remove it to begin anew')
  }
  if (found === undefined) {
    const left = filesOf(path).find(existsSync)
    // SQLite would take what it holds for part of a new database.
    if (left) throw new DatabaseTrouble('damaged', path, `${left} is there without ${path}`)
    const note = noteFile(dataDir)
    if (existsSync(note)) {
      throw new Error(
        `The database ${path} is gone, though reception has used it here. Bring it back, e.g. by ` +
          `\`qrgate-reception restore FILE\`; to begin anew with an empty one, remove ${note}.`,
      )
    }
    if (opening === 'use') throw new DatabaseTrouble('missing', path)
    makeFile(path, draft => {
      const raw = openSqlite(draft)
      bringUpToDate(raw, draft)
      raw.close()
    })
  }
  for (const file of filesOf(path).filter(existsSync)) {
    // Also one that was open to others.
    if (statSync(file).mode & 0o077) chmodSync(file, 0o600)
    accessSync(file, constants.R_OK | constants.W_OK)
  }
}

/** @throws DatabaseTrouble where another program has written it, or a newer version. */
export function bringUpToDate(raw: DatabaseSync, path: string): void {
  // First the lock: a command may open it at the same time.
  raw.exec('BEGIN IMMEDIATE')
  const made = requireOurs(raw, path)
  for (const [index, step] of steps.entries()) {
    if (index >= made) raw.exec(`${step} PRAGMA user_version = ${index + 1}`)
  }
  raw.exec('COMMIT')
}

/** @returns its version; 0 for an empty one. */
export function requireOurs(raw: DatabaseSync, path: string): number {
  const made = Number(raw.prepare('PRAGMA user_version').get()?.user_version)
  const tables = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
  const names = tables.map(({ name }) => `${name}`)
  if (made > 0 ? !names.includes('arrivals') : names.length > 0) {
    throw new DatabaseTrouble('foreign', path, `tables ${names.join(', ')}`)
  }
  if (made > steps.length) throw new DatabaseTrouble('newer', path, `version ${made}`)
  return made
}
