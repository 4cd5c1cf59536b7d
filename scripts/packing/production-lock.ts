/** A row of a lock file, as `npm help package-lock-json` has it. */
export interface Locked {
  name?: string
  version?: string
  resolved?: string
  integrity?: string
  link?: boolean
  dev?: boolean
  devOptional?: boolean
  peer?: boolean
  optional?: boolean
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
  optionalDependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

export type LockedPackages = Record<string, Locked>

/**
 * What the clone's lock says of all that some of its workspaces need when they run, as it lies where they
 * are installed: the versions that were tested, each with its checksum.
 * @param packages those of package-lock.json.
 * @param folders the workspaces that are installed.
 * @param places where each workspace lies there, by its folder in the clone: `{ server: '' }` where it is
 * itself what is installed, else a path like `node_modules/qrgate`.
 * @throws Error where two versions would lie in one place, or one is missing from the lock.
 */
export function productionLock(
  packages: LockedPackages,
  folders: readonly string[],
  places: Record<string, string>,
): LockedPackages {
  const found: LockedPackages = {}
  const visit = (path: string, isOptional: boolean): void => {
    const place = placeOf(path, places)
    const before = found[place]
    const { dev: _, devOptional: __, peer: ___, optional: ____, ...locked } = packages[path] ?? {}
    if (path in places) delete locked.devDependencies
    if (before && before.version !== locked.version) throw new Error(`two versions at ${place}`)
    if (before && (isOptional || !before.optional)) return
    found[place] = { ...locked, ...(isOptional && { optional: true }) }
    for (const [name, mayBeMissing] of neededBy(locked)) {
      const needed = resolve(packages, path, name)
      // What is for another machine than this one is locked too, or that machine never gets it.
      if (needed === undefined) throw new Error(`${path} needs ${name}, which is not locked`)
      visit(needed, isOptional || mayBeMissing)
    }
  }
  for (const folder of folders) visit(folder, false)
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** The names, each with whether it may be missing. */
function neededBy(locked: Locked): [name: string, mayBeMissing: boolean][] {
  const names = (of: Record<string, string> = {}) => Object.keys(of)
  const mayMiss = (name: string) => locked.peerDependenciesMeta?.[name]?.optional === true
  const needed = names(locked.dependencies).filter(
    name => !names(locked.optionalDependencies).includes(name),
  )
  // What may be missing of a peer brings itself, or is not wanted.
  const peers = names(locked.peerDependencies).filter(name => !mayMiss(name))
  return [
    ...[...needed, ...peers].map((name): [string, boolean] => [name, false]),
    ...names(locked.optionalDependencies).map((name): [string, boolean] => [name, true]),
  ]
}

/** As Node looks for it: beside whoever needs it, then further up. */
function resolve(packages: LockedPackages, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = parentOf(folder)) {
    const path = folder ? `${folder}/node_modules/${name}` : `node_modules/${name}`
    const { link, resolved } = packages[path] ?? {}
    if (link) return resolved
    if (path in packages) return path
    if (!folder) return undefined
  }
}

/** `server/node_modules/a/node_modules/b` → `server/node_modules/a` → `server` → ``. */
function parentOf(folder: string): string {
  const [, parent = ''] = /^(.*?)\/?node_modules\/(?:@[^/]+\/)?[^/]+$/.exec(folder) ?? []
  return parent
}

function placeOf(path: string, places: Record<string, string>): string {
  for (const [folder, place] of Object.entries(places)) {
    if (path === folder) return place
    if (path.startsWith(`${folder}/`))
      return `${place}/${path.slice(folder.length + 1)}`.replace(/^\//, '')
  }
  return path
}
