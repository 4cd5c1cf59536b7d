import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { filesOf } from './sqlite.ts'

/** Says that reception has been used here, so that what is lost is not silently begun anew. */
export const noteFile = (dataDir: string) => join(dataDir, 'database-made')

export function noteMade(dataDir: string): void {
  const note = noteFile(dataDir)
  if (existsSync(note)) return
  try {
    writeFileSync(note, 'reception.sqlite\n', { mode: 0o600 })
    ownLikeItsFolder(note)
  } catch {
    // It only helps to understand what will have happened.
  }
}

/** With those above it. @throws Error that says in a sentence why nothing can be kept there. */
export function makeFolder(path: string): void {
  try {
    make(path)
    if (!statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'ENOTDIR' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const other = 'set RECEPTION_DATA_DIR to a folder of your own'
    throw new Error(`Nothing can be written to the folder ${path} (${code}); ${other}.`)
  }
}

/** Not by Node's `recursive`: below `/proc` that never comes to an end. */
function make(path: string): void {
  if (existsSync(path)) return
  if (dirname(path) !== path) make(dirname(path))
  mkdirSync(path, { mode: 0o700 })
}

/**
 * Makes a database's file that is whole from the first moment on: written under another name, then linked.
 * Of two who do so at once, one makes it.
 * @param fill makes what is in it, and closes it.
 * @returns false where somebody else has made one meanwhile, which stays.
 */
export function makeFile(path: string, fill: (draft: string) => void): boolean {
  return withDraft(path, draft => {
    fill(draft)
    ownLikeItsFolder(draft)
    keep(draft)
    try {
      linkSync(draft, path)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EEXIST') return false
      // Some file systems know no links.
      if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
      renameSync(draft, path)
    }
    keep(dirname(path))
    return true
  })
}

/** An empty file for its user alone, which SQLite takes for its own; removed in the end where it still is there. */
export function withDraft<Result>(path: string, work: (draft: string) => Result): Result {
  const draft = `${path}.${process.pid}`
  const remove = () => {
    for (const file of filesOf(draft)) rmSync(file, { force: true })
  }
  remove()
  closeSync(openSync(draft, 'wx', 0o600))
  try {
    return work(draft)
  } finally {
    remove()
  }
}

/** What is written is on the disk; a name is once its folder is. */
export function keep(path: string): void {
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

/** What root makes in somebody's folder is theirs. */
function ownLikeItsFolder(path: string): void {
  if (process.geteuid?.() !== 0) return
  const { uid, gid } = statSync(dirname(path))
  if (uid !== 0) chownSync(path, uid, gid)
}
