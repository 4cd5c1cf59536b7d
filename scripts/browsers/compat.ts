import data from '@mdn/browser-compat-data' with { type: 'json' }
import type { Identifier, SimpleSupportStatement } from '@mdn/browser-compat-data'
import { floor } from './floor.ts'

/** The entry under these names, e.g. `css`, `properties`, `inset`. */
export function entry(...names: string[]): Identifier | undefined {
  let found = data as unknown as Record<string, Identifier> | undefined
  for (const name of names) {
    if (!found || !Object.hasOwn(found, name)) return undefined
    found = found[name] as unknown as Record<string, Identifier>
  }
  return found as unknown as Identifier
}

const never = 'in no version'

/**
 * Which of the oldest browsers lack it: `Firefox 121 (the floor is 115)`. Nothing for what all of them
 * have, and for what MDN does not know.
 */
export function lacking(feature: Identifier | undefined): string[] {
  const { support } = feature?.__compat ?? {}
  if (!support) return []
  return Object.entries(floor).flatMap(([browser, oldest]) => {
    const told = support[browser as keyof typeof floor]
    const statements = told === undefined ? [] : [told].flat()
    if (statements.length === 0 || statements.some(statement => isIn(statement, oldest))) return []
    const since = statements[0]?.version_added || never
    return [`${browser} ${since} (the floor is ${oldest})`]
  })
}

function isIn(statement: SimpleSupportStatement, oldest: string): boolean {
  const {
    version_added: added,
    version_removed: removed,
    flags,
    prefix,
    alternative_name,
  } = statement
  if (flags || prefix || alternative_name || typeof added !== 'string') return false
  if (added === 'preview' || isOlder(oldest, added)) return false
  return typeof removed !== 'string' || isOlder(oldest, removed)
}

/** Whether one version came before another; MDN writes `≤72` for "72 or some time before". */
function isOlder(a: string, b: string): boolean {
  const [left = [], right = []] = [a, b].map(version =>
    version.replace('≤', '').split('.').map(Number),
  )
  for (const [index, part] of right.entries()) {
    if ((left[index] ?? 0) !== part) return (left[index] ?? 0) < part
  }
  return false
}

/** Every method and property of the platform's objects by its name: who has one of that name. */
export const members = (() => {
  const found = new Map<string, Identifier[]>()
  const homes = [
    entry('api'),
    entry('javascript', 'builtins'),
    entry('javascript', 'builtins', 'Intl'),
  ]
  for (const object of homes.flatMap(home => Object.values(home ?? {}))) {
    for (const [name, feature] of Object.entries(object)) {
      if (name !== '__compat') found.set(name, [...(found.get(name) ?? []), feature as Identifier])
    }
  }
  return found
})()

/**
 * What all of these lack; nothing as soon as the oldest browsers have any of them, or one browser has none
 * in any version: then a name is more likely one of ours.
 */
export function allLacking(features: readonly Identifier[]): string[] {
  const faults = features.map(lacking)
  if (faults.some(fault => fault.some(told => told.includes(never)))) return []
  return faults.length > 0 && faults.every(({ length }) => length > 0) ? (faults[0] ?? []) : []
}

/** Every function of CSS by its name, wherever MDN keeps it. */
export const cssFunctions = (() => {
  const found = new Map<string, Identifier[]>()
  const visit = (feature: object, depth: number) => {
    for (const [name, child] of Object.entries(feature)) {
      if (name === '__compat' || typeof child !== 'object') continue
      const called = name.replace(/-function$/, '')
      found.set(called, [...(found.get(called) ?? []), child])
      if (depth > 0) visit(child, depth - 1)
    }
  }
  visit(entry('css', 'types') ?? {}, 2)
  return found
})()
