import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { ownLikeItsFolder, privateFile } from '../private-path.ts'

/** Kept, or the lock would go with it. */
let held: DatabaseSync | undefined

/** SQLITE_BUSY. */
const busy = 5

/**
 * Takes a demo's folder, which is there, for this process until it ends, however it does. A second demo
 * there would give the first one's reception new secrets, and its visitors new passwords.
 * @throws OperatorError where another process has it.
 */
export function takeFolder({ dataDir }: Pick<Config, 'dataDir'>): void {
  held?.close()
  // SQLite locks by the system, which lets go of what an ended process has held.
  const file = join(dataDir, 'running.sqlite')
  const database = lockIn(file)
  ownLikeItsFolder(file)
  held = database
  try {
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    if ((error as { errcode?: number }).errcode !== busy) throw error
    const address = addressIn(dataDir)
    const where = address ? `: ${address}/demo` : ''
    throw new OperatorError(
      `A demo runs with the folder ${dataDir} already${where}\nStop it first; for a second one set QRGATE_DATA_DIR to another folder.`,
    )
  }
}

function lockIn(file: string): DatabaseSync {
  try {
    return new DatabaseSync(file)
  } catch (error) {
    const why = (error as Error).message
    throw new OperatorError(`${file} cannot be used (${why}); remove it, or let this user own it.`)
  }
}

/** Tells commands beside the demo by which address phones reach it. */
export function writeAddress({ dataDir, publicUrl }: Pick<Config, 'dataDir' | 'publicUrl'>): void {
  writeFileSync(fileOf(dataDir), publicUrl, { mode: privateFile })
  ownLikeItsFolder(fileOf(dataDir))
}

/**
 * A command's settings: where nobody has said by which address the gate is reached, it is that of the
 * demo that ran last there, whose port may be any.
 */
export function withDemoAddress(config: Config, env: NodeJS.ProcessEnv): Config {
  const isSaid = env.PUBLIC_URL || env.PORT || env.HOST
  const publicUrl = isSaid ? undefined : addressIn(config.dataDir)
  return publicUrl ? { ...config, publicUrl, otherUrls: [] } : config
}

function addressIn(dataDir: string): string | undefined {
  try {
    return URL.parse(readFileSync(fileOf(dataDir), 'utf8'))?.origin
  } catch {
    return undefined
  }
}

const fileOf = (dataDir: string) => join(dataDir, 'demo-address')
