import { accessSync, constants, statfsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../../config.ts'
import { sqlitePath } from '../../store/sqlite-files.ts'
import { pathsOpenToOthers } from '../own-paths.ts'
import { type Add, messageOf } from './finding.ts'

/** Less than this, in bytes or as a part of a disk, is soon nothing. */
const little = { bytes: 200 * 2 ** 20, part: 0.1 }

/** Looks at the gate's folders, and makes none. */
export function checkData(config: Config, add: Add): void {
  const file = sqlitePath(config.databaseUrl)
  const folders = new Set([
    // With Postgres a gate in production keeps nothing itself.
    ...(file === undefined ? [] : [resolve(config.dataDir)]),
    ...(file === undefined || file === ':memory:' ? [] : [dirname(resolve(file))]),
  ])
  for (const folder of folders) checkFolder(folder, add)
  for (const path of pathsOpenToOthers(config)) {
    const words = 'other users of this machine can get at it'
    add('warn', 'data', `${path}: ${words}; as its owner: chmod go= '${path}'`)
  }
}

function checkFolder(folder: string, add: Add): void {
  const there = nearest(folder)
  try {
    accessSync(there, constants.W_OK | constants.X_OK)
    if (there === folder) add('ok', 'data', `${folder} is writable`)
    else add('ok', 'data', `${folder} is not there yet; the first start makes it`)
  } catch (error) {
    const words = there === folder ? `${folder} cannot be written` : `${folder} cannot be made`
    const mend = 'let the gate’s user own it, or set QRGATE_DATA_DIR to another folder'
    add('fail', 'data', `${words} by this user (${messageOf(error)}); ${mend}`)
  }
  checkDisk(there, add)
}

/** The folder itself, or the next one above it that is there. */
function nearest(folder: string): string {
  const above = dirname(folder)
  if (above === folder) return folder
  return isFolder(folder) ? folder : nearest(above)
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

function checkDisk(folder: string, add: Add): void {
  const { bavail, blocks, bsize } = statfsSync(folder)
  const [free, size] = [bavail * bsize, blocks * bsize]
  // Some file systems, as of the kernel itself, have no size.
  if (size === 0 || (free >= little.bytes && free >= size * little.part)) return
  const megabytes = Math.round(free / 2 ** 20)
  const words = `${megabytes} MB are free on the disk of ${folder} (${Math.round((100 * free) / size)} %)`
  add('warn', 'disk', `${words}; make room: where nothing can be written, nobody signs in`)
}
