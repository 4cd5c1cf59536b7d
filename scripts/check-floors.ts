// Part of `npm run lint`: every import of the server goes down the house, never up and never across.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAst } from 'rolldown/parseAst'

const source = fileURLToPath(new URL('../server/src/', import.meta.url))

/** Top to bottom; the first line that fits a file is its floor. Rooms of one floor are strangers. */
const floors: readonly (readonly RegExp[])[] = [
  [/^cli\.ts$/],
  [/^main\.ts$/, /^(account-command|kiosk-command|doctor)\.ts$/],
  [/^app\.ts$/, /^logger\.ts$/],
  [/^readiness\.ts$/],
  [/^command\.ts$/],
  [/^core\.ts$/],
  [/^http\//, /^ws\//, /^oidc\//],
  [/^signin\/(flow|await-change|sweep)\.ts$/],
  [/^signin\/(delivery|reaper|database-time)\.ts$/],
  [/^accounts\//, /^kiosks\//, /^audit\//, /^store\/(?!store\.ts)/, /^bus\/(?!bus\.ts)/],
  [/^store\/store\.ts$/, /^bus\/bus\.ts$/],
  [/^config\.ts$/],
  [/^signin\//],
  [/^(errors|settings|clock|within|redis-client)\.ts$/],
]

interface Place {
  floor: number
  room: number
}

function placeOf(file: string): Place | undefined {
  for (const [floor, rooms] of floors.entries()) {
    const room = rooms.findIndex(pattern => pattern.test(file))
    if (room >= 0) return { floor, room }
  }
  return undefined
}

function importsOf(file: string): string[] {
  const program = parseAst(readFileSync(join(source, file), 'utf8'), { lang: 'ts' })
  return program.body.flatMap(statement =>
    'source' in statement && statement.source ? [statement.source.value] : [],
  )
}

const faults: string[] = []
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
for (const file of files.filter(name => name.endsWith('.ts') && !name.endsWith('.test.ts'))) {
  const here = placeOf(file)
  if (!here) faults.push(`${file} has no floor; give it one in scripts/check-floors.ts`)
  for (const specifier of importsOf(file).filter(name => name.startsWith('.'))) {
    const target = relative(source, join(source, dirname(file), specifier))
    const there = placeOf(target)
    if (!here || !there) continue
    const sameRoom = here.floor === there.floor && here.room === there.room
    if (there.floor <= here.floor && !sameRoom) faults.push(`${file} may not import ${target}`)
  }
}

const longest = 400
for (const file of files.filter(name => name.endsWith('.ts'))) {
  const lines = readFileSync(join(source, file), 'utf8').split('\n').length
  if (lines > longest) faults.push(`${file} has ${lines} lines; ${longest} are the ceiling`)
}

for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
