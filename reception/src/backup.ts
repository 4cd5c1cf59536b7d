import { existsSync, renameSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { bringUpToDate, databaseFile, requireOurs } from './database.ts'
import { keep, makeFile, makeFolder, noteMade, withDraft } from './folder.ts'
import { filesOf } from './sqlite.ts'
import { DatabaseTrouble, inWords } from './trouble.ts'

/**
 * Copies the database, also while reception runs. The copy is looked at, and only then takes its name, in
 * place of an older backup: a backup that is there is whole.
 * @returns what is in it.
 * @throws Error that says in a sentence what is there, or is not.
 */
export function backUp(dataDir: string, file: string): string {
  const path = databaseFile(dataDir)
  if (!existsSync(path)) throw new Error(`There is no ${path}.`)
  requirePlace(file, path)
  try {
    return withDraft(file, draft => {
      copy(path, draft, file)
      const contents = looked(draft, path, false)
      keep(draft)
      renameSync(draft, file)
      keep(dirname(resolve(file)))
      return contents
    })
  } catch (error) {
    const { code, syscall } = error as NodeJS.ErrnoException
    throw code && syscall ? new Error(`${file} cannot be written (${code}).`) : error
  }
}

/**
 * Puts a backup where no database is, whole or not at all. What the gate was told since is not known, so
 * all who are still here are told of anew; links and cookies of desks are void.
 * @returns what was in it.
 * @throws Error that says in a sentence why not.
 */
export function restore(dataDir: string, file: string): string {
  const path = databaseFile(dataDir)
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new Error(`There is no ${file}.`)
  const inTheWay = filesOf(path).filter(existsSync)
  if (inTheWay.length > 0) {
    throw new Error(
      `A database is there already. Stop reception, and move its files away first: ${inTheWay.join(' ')}`,
    )
  }
  makeFolder(dataDir)
  let contents = ''
  try {
    const isMade = makeFile(path, draft => {
      copy(file, draft, path)
      contents = looked(draft, file, true)
      beginAnew(draft)
    })
    if (!isMade) throw new Error(`${path} was made meanwhile: is reception running?`)
  } catch (error) {
    const fault = inWords(error, file)
    if (!(fault instanceof DatabaseTrouble)) throw fault
    const isNone = fault.kind === 'damaged' || fault.kind === 'foreign'
    const why = isNone ? 'it is no whole backup of reception' : fault.why
    throw new Error(`${file} cannot be restored: ${why}.`)
  }
  noteMade(dataDir)
  return contents
}

/** @throws Error where something stands there that is no backup. */
function requirePlace(file: string, database: string): void {
  const found = statSync(file, { throwIfNoEntry: false })
  if (found === undefined) return
  if (found.isDirectory()) throw new Error(`${file} is a folder; name a file in it.`)
  const isOurs = filesOf(database).some(one => {
    const own = statSync(one, { throwIfNoEntry: false })
    return own?.ino === found.ino && own.dev === found.dev
  })
  if (isOurs) throw new Error(`${file} is the database itself; name another file.`)
  const [, ...others] = filesOf(file)
  if (isBackup(file) && !others.some(existsSync)) return
  throw new Error(`${file} is there and no backup; nothing was written.`)
}

function isBackup(file: string): boolean {
  // SQLite may write to what it opens.
  if (statSync(file).size === 0 || !statSync(file).isFile()) return false
  let raw: DatabaseSync | undefined
  try {
    raw = new DatabaseSync(file, { readOnly: true })
    return requireOurs(raw, file) > 0
  } catch {
    return false
  } finally {
    raw?.close()
  }
}

/**
 * As it is at one moment, whatever else is going on in it.
 * @param name what the copy is to be called, for what is said of it.
 */
function copy(from: string, to: string, name: string): void {
  try {
    const raw = new DatabaseSync(from, { readOnly: true, timeout: 10_000 })
    try {
      requireOurs(raw, from)
      raw.prepare('VACUUM INTO ?').run(to)
    } finally {
      raw.close()
    }
  } catch (error) {
    const fault = inWords(error, from)
    const isFull = fault instanceof DatabaseTrouble && fault.kind === 'full'
    throw isFull ? new Error(`${name} cannot be written: its disk is full.`) : fault
  }
}

/** @returns what an operator compares with what they remember. @throws DatabaseTrouble where it is not whole. */
function looked(copy: string, from: string, mayBeOlder: boolean): string {
  const raw = new DatabaseSync(copy, { readOnly: !mayBeOlder })
  try {
    const [fault] = raw.prepare('PRAGMA quick_check(1)').all()
    if (fault?.quick_check !== 'ok') {
      throw new DatabaseTrouble('damaged', from, `${fault?.quick_check}`)
    }
    if (requireOurs(raw, from) === 0) throw new DatabaseTrouble('foreign', from)
    if (mayBeOlder) bringUpToDate(raw, from)
    const [came] = raw.prepare('SELECT count(*) AS n, max(came_at) AS last FROM arrivals').all()
    const last = came?.last ? `, the last at ${new Date(Number(came.last)).toISOString()}` : ''
    return `${came?.n} people who came${last}`
  } finally {
    raw.close()
  }
}

/** All that a ticket can have, as what the gate may have heard of or not. */
const unsure =
  '{"status":null,"number":null,"title":null,"place":null,"ahead":null,"wait_minutes":null}'

function beginAnew(copy: string): void {
  const raw = new DatabaseSync(copy)
  try {
    raw.exec(`PRAGMA journal_mode = WAL; PRAGMA secure_delete = ON; BEGIN;
      DELETE FROM desk_links; DELETE FROM desk_sessions;
      UPDATE arrivals SET told = '${unsure}', unsettled = 1
        WHERE walk_in = 0 AND state IN ('waiting', 'called');
      COMMIT`)
  } finally {
    raw.close()
  }
}
