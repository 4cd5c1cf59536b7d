import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs'
import { dirname } from 'node:path'

/** Only the user who runs the gate may enter its folder … */
export const privateFolder = 0o700
/** … and read its files, whatever the umask of whoever starts it. */
export const privateFile = 0o600

const others = 0o077

/**
 * Makes a folder of ours, and those above it, where they are not there yet. Not by Node's `recursive`:
 * below `/proc` that never comes to an end.
 * @throws Error of the system, with its code.
 */
export function makePrivateFolder(path: string): void {
  try {
    mkdirSync(path, { mode: privateFolder })
  } catch (error) {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
    const above = dirname(path)
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === path) throw error
    makePrivateFolder(above)
    mkdirSync(path, { mode: privateFolder })
  }
}

/** What is behind a closed door is not ours to look at: whoever opens it is told why that cannot be. */
function lookAt(path: string) {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

/** Whether nobody else on this machine can get at it. What is not there is private. */
export function isPrivate(path: string): boolean {
  const found = lookAt(path)
  // Windows has no modes; there the folder's own rights say who gets in.
  return found === undefined || process.geteuid === undefined || (found.mode & others) === 0
}

/**
 * Takes what is too much from the mode of a file or folder of ours, and gives nothing.
 * @returns false where other users of this machine can still get at it: it belongs to one of them, or
 * its file system keeps no modes.
 */
export function makePrivate(path: string): boolean {
  if (isPrivate(path)) return true
  const found = lookAt(path)
  if (found === undefined || found.uid !== process.geteuid?.()) return false
  try {
    chmodSync(path, found.mode & (found.isDirectory() ? privateFolder : privateFile))
    return (statSync(path).mode & others) === 0
  } catch {
    return false
  }
}

/**
 * What root makes in somebody's folder is theirs: a command that was run as root must not leave files that
 * the gate's own user cannot use.
 */
export function ownLikeItsFolder(path: string): void {
  if (process.geteuid?.() !== 0 || !existsSync(path)) return
  const { uid, gid } = statSync(dirname(path))
  if (uid !== 0) chownSync(path, uid, gid)
}

/** A new name in a folder is on the disk once the folder is; Windows opens none, and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(path, 'r')
  try {
    fsyncSync(folder)
  } finally {
    closeSync(folder)
  }
}
