/**
 * One change of a source file, made while the file is loaded: the source itself knows nothing of it, and
 * what is published cannot hold it.
 */
export interface Patch {
  /** What switches it on; lower-case words joined by hyphens. */
  id: string
  /** From the clone's folder on. */
  file: string
  /** Stands in the file exactly once. */
  find: string
  replace: string
}

/** @throws Error where what it would replace does not stand in the source exactly once. */
export function patched(source: string, { id, file, find, replace }: Patch): string {
  const parts = source.split(find)
  if (parts.length !== 2) {
    throw new Error(`patch ${id}: "${find}" stands ${parts.length - 1} times in ${file}`)
  }
  return parts.join(replace)
}
