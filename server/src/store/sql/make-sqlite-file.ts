import { closeSync, linkSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { makePrivateFolder, ownLikeItsFolder, privateFile } from '../../private-path.ts'
import { sqliteFiles } from '../sqlite-files.ts'

/**
 * Makes a database file that is whole from the first moment on: written under another name, then linked.
 * Of several who do so at once one makes it; a full disk leaves nothing of it.
 * @param fill makes what is in it, and closes it.
 * @returns false where somebody else has made one meanwhile, which stays.
 */
export async function makeSqliteFile(
  path: string,
  fill: (draft: string) => Promise<void>,
): Promise<boolean> {
  makePrivateFolder(dirname(path))
  removeDrafts(path)
  const draft = `${path}.${process.pid}`
  // SQLite would let others read it; its other files get the mode of this one.
  closeSync(openSync(draft, 'w', privateFile))
  try {
    await fill(draft)
    ownLikeItsFolder(draft)
    return takeName(draft, path)
  } finally {
    for (const file of sqliteFiles(draft)) rmSync(file, { force: true })
  }
}

/** What was left by those who were killed in the middle. */
function removeDrafts(path: string): void {
  for (const file of readdirSync(dirname(path))) {
    const [, pid] = /^\.(\d+)(?:-(?:wal|shm|journal))?$/.exec(afterName(file, basename(path))) ?? []
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(dirname(path), file))
  }
}

function afterName(file: string, name: string): string {
  return file.startsWith(name) ? file.slice(name.length) : ''
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function takeName(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    // Some file systems know no links.
    if (code !== 'EPERM' && code !== 'ENOTSUP') throw error
    renameSync(draft, path)
    return true
  }
}
