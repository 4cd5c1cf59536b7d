import { copyFileSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Localized, serviceIcons } from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'
import { noteFile } from './folder.ts'

/** What a place offers and where, as its operator has written it into `reception.json`. */

const text = Type.String({ minLength: 1, maxLength: 80 })
const localized = Type.Object({ ko: text, en: text })
const id = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' })
const strict = { additionalProperties: false }
const way = { floor: Type.Optional(localized), way: Type.Optional(localized) }

const siteSchema = Type.Object(
  {
    services: Type.Array(
      Type.Object(
        {
          id,
          letter: Type.String({ pattern: '^[A-Z]{1,3}$' }),
          name: localized,
          icon: Type.Enum([...serviceIcons]),
          lines: Type.Optional(Type.Array(localized, { maxItems: 2 })),
          place: Type.Optional(Type.Object({ name: localized, ...way }, strict)),
        },
        strict,
      ),
      { minItems: 1, maxItems: 50 },
    ),
    desks: Type.Array(
      Type.Object(
        { id, name: localized, ...way, services: Type.Array(id, { minItems: 1 }) },
        strict,
      ),
      { minItems: 1, maxItems: 100 },
    ),
  },
  strict,
)

export type Site = Static<typeof siteSchema>
export type Service = Site['services'][number]
export type Desk = Site['desks'][number]

const compiled = Compile(siteSchema)

/**
 * Reads `reception.json`.
 * @param isNew whether a clinic's is written to begin with, where there is none yet.
 * @throws Error that says in a sentence what is wrong with it.
 */
export function readSite(dataDir: string, isNew = true): Site {
  const file = join(dataDir, 'reception.json')
  if (!existsSync(file)) {
    if (!isNew) {
      throw new Error(
        `${file} is gone, though reception has been used here: bring it back, as it says which services ` +
          `there are; for an example to begin with, remove ${noteFile(dataDir)}.`,
      )
    }
    writeExample(file)
  }
  try {
    // Without its byte order mark.
    return checked(JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, '')))
  } catch (error) {
    throw new Error(`${file} cannot be used: ${(error as Error).message.replaceAll(/\s+/g, ' ')}`)
  }
}

/** Whole or not at all: the disk may be full. */
function writeExample(file: string): void {
  const draft = `${file}.${process.pid}`
  try {
    copyFileSync(new URL('../clinic.json', import.meta.url), draft)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new Error(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`)
  }
}

function checked(value: unknown): Site {
  if (!compiled.Check(value)) {
    const [fault] = compiled.Errors(value)
    const why = fault?.keyword === 'boolean' ? 'is no field of it' : fault?.message
    throw new Error(`${fault?.instancePath || 'it'} ${why}.`)
  }
  const { services, desks } = value as Site
  const once = (what: string, all: string[]) => {
    const twice = all.find((one, index) => all.indexOf(one) !== index)
    if (twice !== undefined) throw new Error(`${what} ${twice} is there twice.`)
  }
  once(
    'service',
    services.map(({ id }) => id),
  )
  once(
    'letter',
    services.map(({ letter }) => letter),
  )
  once(
    'desk',
    desks.map(({ id }) => id),
  )
  const served = new Set(desks.flatMap(desk => desk.services))
  for (const { id } of services) {
    if (!served.delete(id)) throw new Error(`no desk serves ${id}.`)
  }
  for (const id of served) throw new Error(`a desk serves ${id}, which is no service.`)
  return value as Site
}

/** Where to go for a service: its own place, or the only desk that serves it. */
export function placeOf(site: Site, service: Service) {
  const [desk, another] = site.desks.filter(({ services }) => services.includes(service.id))
  return service.place ?? (desk && !another ? deskPlace(desk) : undefined)
}

export function deskPlace({ name, floor, way }: Desk): {
  name: Localized
  floor?: Localized
  way?: Localized
} {
  return { name, ...(floor && { floor }), ...(way && { way }) }
}

/** Services that take visitors from the same desks as this one: they wait in one line. */
export function lineOf(site: Site, service: string): string[] {
  const desks = site.desks.filter(({ services }) => services.includes(service))
  return [...new Set(desks.flatMap(({ services }) => services))]
}
