import { closeSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
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
