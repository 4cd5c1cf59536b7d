import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseAst } from 'rolldown/parseAst'

const mostFloors = 7
const mostLines = 400
const houses = ['server/src', 'sdk/src', 'web', 'reception/src', 'reception/pages']

/**
 * What is wrong with how files import each other, and which are too long to be read at one time.
 * @param root the folder that holds server/, sdk/, web/ and reception/.
 * @param floors those of server/src, top to bottom, each with its rooms; rooms of one floor are
 * strangers.
 * @returns one sentence for each fault.
 */
export function faultsOf(root: string, floors: readonly (readonly string[])[]): string[] {
  const faults: string[] = []
  if (floors.length > mostFloors) faults.push(`the house has ${mostFloors} floors, not more`)

  const read = (file: string) => readFileSync(join(root, file), 'utf8')
  const files = houses.flatMap(house => {
    const all = readdirSync(join(root, house), { recursive: true, encoding: 'utf8' })
    return all.filter(name => !name.includes('node_modules')).map(name => join(house, name))
  })
  for (const file of files.filter(name => /\.(ts|css)$/.test(name))) {
    const lines = read(file).split('\n').length - 1
    if (lines > mostLines) faults.push(`${file} has ${lines} lines; ${mostLines} are the ceiling`)
  }

  const placeOf = (file: string) => {
    const room = /^server\/src\/([^/]+?)(?:\.ts)?(?:\/|$)/.exec(file)?.[1]
    if (room === undefined) return undefined
    const floor = floors.findIndex(rooms => rooms.includes(room))
    if (floor < 0) faults.push(`${file} is in no room; the rooms stand in scripts/check-floors.ts`)
    return floor < 0 ? undefined : { floor, room }
  }
  const mayImport = (file: string, target: string) => {
    if (target === receptionWords && file.startsWith('reception/pages/')) return true
    if (houseOf(file) !== houseOf(target)) return false
    const here = placeOf(file)
    const there = placeOf(target)
    return !here || !there || here.room === there.room || there.floor > here.floor
  }

  // How a house is built is no part of it.
  const sources = files.filter(name => /(?<!\.test|\/vite\.config)\.ts$/.test(name))
  const imports = new Map<string, string[]>()
  for (const file of sources) {
    placeOf(file)
    const names = namesIn(read(file))
    if (names.includes(undefined)) {
      faults.push(`${file} imports what nobody can follow: the name must be a plain text`)
    }
    for (const name of names) {
      if (name && !mayName(file, name)) faults.push(`${file} may not import ${name}`)
    }
    const targets = names
      .filter(name => name?.startsWith('.'))
      .map(name => relative(root, join(root, dirname(file), name ?? '')))
    imports.set(file, targets)
    for (const target of targets) {
      if (!mayImport(file, target)) faults.push(`${file} may not import ${target}`)
    }
  }
  const circles = circlesIn(imports).map(circle => `circle: ${circle.join(' → ')}`)
  return [...new Set([...faults, ...circles])]
}

/** All that reception's pages know of its server. */
const receptionWords = 'reception/src/wire.ts'

/**
 * Reception is the gate's client like any other, and knows its public words only; of the gate, what puts
 * everything together may know reception.
 */
function mayName(file: string, name: string): boolean {
  if (!/^(@qrgate\/|qrgate\b)/.test(name)) return true
  if (file.startsWith('reception/')) return name === '@qrgate/sdk/protocol'
  return !name.startsWith('@qrgate/reception') || file.startsWith('server/src/boot/')
}

/** Server, SDK and pages know each other by the names of their packages, never by a path. */
function houseOf(file: string): string | undefined {
  return houses.find(house => file.startsWith(`${house}/`))
}

/**
 * What a file imports, however it does: by value, for types only, or while it runs. Undefined stands
 * for a name that is only known then.
 */
function namesIn(source: string): (string | undefined)[] {
  const names: (string | undefined)[] = []
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { type, source } = node as { type?: unknown; source?: { value?: unknown } | null }
    if (/^(Import|Export|TSImport)/.test(String(type)) && source) {
      names.push(typeof source.value === 'string' ? source.value : undefined)
    }
    for (const child of Object.values(node)) visit(child)
  }
  visit(parseAst(source, { lang: 'ts' }))
  return names
}

/** Depth first; a file met again on the way down closes a circle. */
function circlesIn(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const circles: string[][] = []
  const done = new Set<string>()
  const way: string[] = []
  const visit = (file: string): void => {
    if (done.has(file)) return
    const met = way.indexOf(file)
    if (met >= 0) {
      circles.push([...way.slice(met), file])
      return
    }
    way.push(file)
    for (const target of imports.get(file) ?? []) visit(target)
    way.pop()
    done.add(file)
  }
  for (const file of imports.keys()) visit(file)
  return circles
}
