import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type LockedPackages, productionLock } from './production-lock.ts'

/** The workspaces that are packed, in the order in which they need each other. */
export const packed = ['sdk', 'reception', 'server'] as const
export type Packed = (typeof packed)[number]

/** What stands beside the workspaces and whoever has only the package needs. */
const papers: Record<Packed, string[]> = {
  sdk: ['docs/sdk.md'],
  reception: ['docs/reception.md', 'deploy/qrgate-reception.service'],
  server: ['CHANGELOG.md', 'docs/*.md', 'deploy/*'],
}

/** Programs are installed with the very versions that were tested; a library leaves them to its user. */
const programs: readonly string[] = ['reception', 'server']

/** Where `origin` and the page that people read have one address, and issues stand under it. */
const publicHosts = ['codeberg.org', 'github.com', 'gitlab.com']

export interface Manifest {
  name: string
  version: string
  exports?: Record<string, Record<string, string>>
  files: string[]
  sideEffects?: string[]
  [field: string]: unknown
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

/**
 * The files of a workspace that are others when it is packed than in the clone, by their path in it.
 * @param root the clone's folder.
 */
export function packedFiles(root: string, folder: Packed): Map<string, string> {
  const files = new Map<string, string>()
  const manifest: Manifest = readJson(join(root, folder, 'package.json'))
  files.set('package.json', json(packedManifest(manifest, folder, repositoryOf(root))))
  const lock = readJson(join(root, 'package-lock.json')) as { packages: LockedPackages }
  if (programs.includes(folder)) {
    files.set('npm-shrinkwrap.json', json(shrinkwrap(lock.packages, folder, manifest)))
  }
  for (const path of globSync(papers[folder], { cwd: root }).toSorted()) {
    files.set(path.replaceAll('\\', '/'), readFileSync(join(root, path), 'utf8'))
  }
  // In the clone it names them from its own folder.
  const readme = readFileSync(join(root, folder, 'README.md'), 'utf8')
  files.set('README.md', readme.replaceAll('](../', ']('))
  for (const [path, text] of files) {
    if (path.endsWith('.md')) files.set(path, withoutOutsideLinks(path, text, files))
  }
  return files
}

/**
 * `source` names what only the clone has, and so do the packages for building.
 * @param repository where the source is, where that is known.
 */
export function packedManifest(manifest: Manifest, folder: string, repository?: string): Manifest {
  const { devDependencies: _, exports, sideEffects, ...rest } = manifest
  const withoutSource = Object.entries(exports ?? {}).map(([name, { source: _, ...targets }]) => [
    name,
    targets,
  ])
  return {
    ...(repository && {
      repository: { type: 'git', url: `git+${repository}.git`, directory: folder },
      homepage: `${repository}#readme`,
      bugs: `${repository}/issues`,
    }),
    ...rest,
    ...(sideEffects && { sideEffects: sideEffects.filter(file => !file.startsWith('./src/')) }),
    ...(exports && { exports: Object.fromEntries(withoutSource) }),
  }
}

/** The address of the clone's `origin`, where the whole world may know it. */
export function repositoryOf(root: string): string | undefined {
  try {
    const options = { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] as ('ignore' | 'pipe')[] }
    return publicAddress(`${execFileSync('git', ['remote', 'get-url', 'origin'], options)}`.trim())
  } catch {
    // No git, or no origin: an archive of the source, an image that is built.
    return undefined
  }
}

/** @returns `https://HOST/OWNER/NAME`, without what somebody logs in with. */
export function publicAddress(origin: string): string | undefined {
  const address = /^(?:https:\/\/|(?:git\+)?ssh:\/\/)?(?:[^@/]+@)?([\w.-]+)[/:](.+?)(?:\.git)?\/?$/
  const [, host = '', path] = address.exec(origin) ?? []
  return publicHosts.includes(host) ? `https://${host}/${path}` : undefined
}

function shrinkwrap(packages: LockedPackages, folder: Packed, { name, version }: Manifest) {
  const locked = productionLock(packages, [folder], placesWith(packages, { [folder]: '' }))
  return lockFile({ name, version }, locked)
}

/**
 * The lock of a folder into which the packed files are installed, all of them at once.
 * @param archives each one's file there, and its checksum as npm writes it.
 */
export function releaseLock(
  packages: LockedPackages,
  archives: Record<Packed, { file: string; integrity: string }>,
) {
  const places = placesWith(packages)
  const locked = productionLock(packages, packed, places)
  const dependencies: Record<string, string> = {}
  for (const folder of packed) {
    const { file, integrity } = archives[folder]
    const { name = '', ...rest } = locked[places[folder]] ?? {}
    dependencies[name] = `file:${file}`
    locked[places[folder]] = { ...rest, resolved: `file:${file}`, integrity }
  }
  const manifest = { name: 'qrgate-release', private: true, dependencies }
  const { private: _, ...root } = manifest
  return { manifest, lock: lockFile({ name: manifest.name }, { '': root, ...locked }) }
}

function placesWith(packages: LockedPackages, others: Record<string, string> = {}) {
  const places = packed.map(folder => [folder, `node_modules/${packages[folder]?.name}`])
  return { ...Object.fromEntries(places), ...others } as Record<Packed, string>
}

const lockFile = (of: { name: string; version?: string }, packages: LockedPackages) => ({
  ...of,
  lockfileVersion: 3,
  requires: true,
  packages,
})

/** A link to what is not packed would lead nowhere; its words stay. */
function withoutOutsideLinks(path: string, text: string, files: ReadonlyMap<string, string>) {
  return text.replace(/(!?)\[([^\]]*)\]\(([^)\s]+)\)/g, (link, image, words, target) => {
    if (/^(https?:|mailto:|#)/.test(target)) return link
    const file = posix.join(posix.dirname(path), target.replace(/#.*/, ''))
    return files.has(file) ? link : image ? '' : words
  })
}
