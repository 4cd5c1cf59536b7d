import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { OperatorError } from '../operator-error.ts'
import { ownLikeItsFolder, privateFile, syncFolder } from '../private-path.ts'
import { makeDataFolder } from './data-folder.ts'

/** An account that was removed. */
export interface RemovedAccount {
  /** The account's key, which alone tells nobody who it was. */
  account: string
  /** Milliseconds since 1970. */
  at: number
}

/** Where it is kept: beside the data and not in it, so that an older database does not undo it. */
export function removedAccountsFile(dataDir: string): string {
  return join(dataDir, 'removed-accounts')
}

/**
 * Notes that an account is about to be removed: whoever restores an older database removes it again.
 * It is on the disk when this returns. One JSON object a line.
 * @throws OperatorError where nothing can be written to the folder.
 */
export function noteRemovedAccount(dataDir: string, removed: RemovedAccount): void {
  makeDataFolder(dataDir)
  const path = removedAccountsFile(dataDir)
  const file = opened(path)
  try {
    // A power cut may have left half of a line before it.
    const begin = /[^\n]$/.test(readFileSync(path, 'utf8')) ? '\n' : ''
    writeSync(file, `${begin}${JSON.stringify(removed)}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  ownLikeItsFolder(path)
  syncFolder(dataDir)
}

/**
 * Those that were noted, in that order; none where nothing was. Half a line, which a power cut leaves, says
 * nothing.
 * @throws OperatorError where it cannot be read: whoever was removed must not come back unseen.
 */
export function readRemovedAccounts(dataDir: string): RemovedAccount[] {
  const path = removedAccountsFile(dataDir)
  const lines = textOf(path).split('\n')
  return lines.flatMap((line, index) => {
    const read = line.trim() === '' ? [] : readLine(line)
    if (read !== undefined) return read
    throw new OperatorError(
      `${path}, line ${index + 1} is damaged; mend it, or take that line out.`,
    )
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return ''
    throw new OperatorError(`${path} cannot be read (${code}); who was removed stands in it.`)
  }
}

/** @returns nothing for half a line, and undefined for what was never one. */
function readLine(line: string): RemovedAccount[] | undefined {
  try {
    const { account, at } = JSON.parse(line)
    return typeof account === 'string' && typeof at === 'number' ? [{ account, at }] : undefined
  } catch {
    return begun.startsWith(line.slice(0, begun.length)) ? [] : undefined
  }
}

/** How every line begins. */
const begun = '{"account":"'

function opened(path: string): number {
  try {
    return openSync(path, 'a+', privateFile)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OperatorError(`${path} cannot be written (${code}); without it nobody is removed.`)
  }
}
