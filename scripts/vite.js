import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './root.js'

/** Node's arguments that build a folder's pages. */
export function viteArguments(folder, ...args) {
  const house = houseOfPages()
  const flags = house === root ? [] : ['--preserve-symlinks', '--preserve-symlinks-main']
  // Node reads the settings as they are; bundling them first would need a folder that it may write to.
  const options = ['--logLevel', 'warn', '--configLoader', 'native']
  const vite = join(house, 'node_modules/vite/bin/vite.js')
  return [...flags, vite, 'build', join(house, folder), ...options, ...args]
}

let linked

/** Vite takes `#` and `?` in a path for the end of it, so such a folder is given another name. */
function houseOfPages() {
  if (!/[#?]/.test(root)) return root
  if (linked === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'qrgate-'))
    linked = join(folder, 'clone')
    // Windows lets everybody make junctions.
    symlinkSync(root, linked, 'junction')
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  }
  return linked
}
