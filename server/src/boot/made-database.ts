import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { ownLikeItsFolder, privateFile } from '../private-path.ts'
import { databaseName } from '../store/database-trouble.ts'
import { sqlitePath } from '../store/sqlite-files.ts'

type Place = Pick<Config, 'dataDir' | 'databaseUrl'>

/** Where it is kept which databases were made. */
export const noteFile = (dataDir: string) => join(dataDir, 'database-made')

/** Notes that this database was made, so that a gate whose database is gone does not begin with an empty one. */
export function noteMade(place: Place): void {
  const file = noteFile(place.dataDir)
  // Where another machine keeps the database, there may be no folder to keep anything in.
  if (!existsSync(place.dataDir) || wasMade(place)) return
  try {
    writeFileSync(file, `${nameOf(place)}\n`, { flag: 'a', mode: privateFile })
    ownLikeItsFolder(file)
  } catch {
    // It only helps to understand what will have happened.
  }
}

/** @throws OperatorError where a gate had this database, and it is gone. */
export function requireNeverMade(place: Place): void {
  if (!wasMade(place)) return
  throw new OperatorError(
    `The database ${databaseName(place.databaseUrl)} is gone, though a gate has used it here. Bring it back, ` +
      `e.g. by \`qrgate restore FILE\`; to begin anew with an empty one, remove ${noteFile(place.dataDir)}.`,
  )
}

function wasMade(place: Place): boolean {
  return notedIn(place).includes(nameOf(place))
}

/** Other databases that a gate has used with this folder. */
export function madeElsewhere(place: Place): string[] {
  return notedIn(place).filter(name => name !== nameOf(place))
}

function notedIn({ dataDir }: Place): string[] {
  const file = noteFile(dataDir)
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : []
}

/** A folder that is moved as a whole is the same gate's. */
function nameOf({ dataDir, databaseUrl }: Place): string {
  const path = sqlitePath(databaseUrl)
  return path === undefined ? databaseName(databaseUrl) : relative(resolve(dataDir), resolve(path))
}
