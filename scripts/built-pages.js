import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { root } from './root.js'
import { isWritable } from './writable.js'

const folders = { 'server/public': 'kiosk.html', 'reception/public': 'desk.html' }

/** Whether this user may build the pages; a clone may be somebody else's. */
export function mayBuildPages() {
  return Object.keys(folders).every(folder => {
    const path = join(root, folder)
    return isWritable(existsSync(path) ? path : dirname(path))
  })
}

export function arePagesBuilt() {
  return Object.entries(folders).every(([folder, page]) => existsSync(join(root, folder, page)))
}
