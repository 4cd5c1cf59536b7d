import { accessSync, constants } from 'node:fs'

/** @param path of what is there. */
export function isWritable(path) {
  try {
    accessSync(path, constants.W_OK)
    return true
  } catch {
    return false
  }
}
