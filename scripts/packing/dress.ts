import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Packed, packedFiles } from './packed-files.ts'

/** What {@link undress} puts back: the text of each file in the clone; null where there is none. */
type Before = Record<string, string | null>

const journal = (root: string, folder: Packed) => join(root, folder, '.before-pack.json')

/** Makes a workspace's folder what its package shall hold, until {@link undress}. */
export function dress(root: string, folder: Packed): void {
  // A `npm pack` that was stopped has left it dressed.
  undress(root, folder)
  const files = packedFiles(root, folder)
  const textOf = (path: string) => {
    const place = join(root, folder, path)
    return existsSync(place) ? readFileSync(place, 'utf8') : null
  }
  const before: Before = Object.fromEntries([...files.keys()].map(path => [path, textOf(path)]))
  writeFileSync(journal(root, folder), JSON.stringify(before))
  for (const [path, text] of files) {
    const place = join(root, folder, path)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, text)
  }
}

/** Makes it the clone's again. */
export function undress(root: string, folder: Packed): void {
  if (!existsSync(journal(root, folder))) return
  const before: Before = JSON.parse(readFileSync(journal(root, folder), 'utf8'))
  const made = new Set<string>()
  for (const [path, text] of Object.entries(before)) {
    const place = join(root, folder, path)
    if (text !== null) writeFileSync(place, text)
    else rmSync(place, { force: true })
    if (text === null && path.includes('/')) made.add(dirname(place))
  }
  for (const folder of made) rmSync(folder, { recursive: true, force: true })
  rmSync(journal(root, folder))
}
