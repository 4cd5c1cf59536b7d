// Part of `npm run lint`: imports go down the house, never up, never across, never in a circle, types
// included; and no file is longer than a person reads at a time.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

const root = fileURLToPath(new URL('../', import.meta.url))

/** The floors of server/src, top to bottom; each word is a room. Rooms of one floor are strangers. */
const floors = [
  'boot',
  'http ws oidc',
  'signin operators handoff',
  'accounts kiosks log watch',
  'store config',
  'protocol limits bus',
  'errors settings clock logger within redis-client operator-error',
].map(rooms => rooms.split(' '))
const mostFloors = 7
const mostLines = 400

const faults: string[] = []
if (floors.length > mostFloors) faults.push(`the house has ${mostFloors} floors, not more`)

const files = ['server/src', 'sdk/src', 'web'].flatMap(folder => {
  const all = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  return all.filter(name => !name.includes('node_modules')).map(name => join(folder, name))
})
for (const file of files.filter(name => /\.(ts|css)$/.test(name))) {
  const lines = read(file).split('\n').length - 1
  if (lines > mostLines) faults.push(`${file} has ${lines} lines; ${mostLines} are the ceiling`)
}

const sources = files.filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))
const imports = new Map(sources.map(file => [file, importsOf(file)]))
for (const [file, targets] of imports) {
  for (const target of targets) checkFloor(file, target)
}
findCircles()

for (const fault of new Set(faults)) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0

function read(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The files that a file names, however it does: statically, for types only, or while it runs. */
function importsOf(file: string): string[] {
  const named: string[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, source } = node as { type?: unknown; source?: { value?: unknown } | null }
    if (/^(Import|Export|TSImport)/.test(String(type)) && source) {
      if (typeof source.value === 'string') named.push(source.value)
      else faults.push(`${file} imports what nobody can follow: the name must be a plain text`)
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseAst(read(file), { lang: 'ts' }))
  return named
    .filter(name => name.startsWith('.'))
    .map(name => relative(root, join(root, dirname(file), name)))
}

function placeOf(file: string): { floor: number; room: string } | undefined {
  const room = /^server\/src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(file)?.[1]
  if (room === undefined) return undefined
  const floor = floors.findIndex(rooms => rooms.includes(room))
  if (floor < 0) faults.push(`${file} is in no room; the rooms stand in scripts/check-floors.ts`)
  return floor < 0 ? undefined : { floor, room }
}

function checkFloor(file: string, target: string): void {
  const here = placeOf(file)
  const there = placeOf(target)
  if (!here || !there || here.room === there.room) return
  if (there.floor <= here.floor) faults.push(`${file} may not import ${target}`)
}

/** Depth first; a file met again on the way down closes a circle. */
function findCircles(): void {
  const done = new Set<string>()
  const way: string[] = []
  const visit = (file: string): void => {
    if (done.has(file)) return
    const met = way.indexOf(file)
    if (met >= 0) {
      faults.push(`circle: ${[...way.slice(met), file].join(' → ')}`)
      return
    }
    way.push(file)
    for (const target of imports.get(file) ?? []) visit(target)
    way.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
}
