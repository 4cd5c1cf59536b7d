import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { type Scope, temporaryFolder } from './gate.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What is upgraded from; move it on with each release, and take @fastify/cors and fast-jwt, which it alone needs, away. */
const commit = 'e640283'

const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, ...args], { maxBuffer: 2 ** 28 })

/** Its sources are in the clone's history alone. */
export const withoutOlderBuild = (() => {
  try {
    git('cat-file', '-e', `${commit}^{commit}`)
    return false
  } catch {
    return `the history of this clone does not reach back to ${commit}`
  }
})()

/** The program as it was one step ago. */
export interface OlderBuild {
  /** Its entry point. */
  program: string
  /** Its own store, for a database that no newer one has seen. */
  openPostgresStore: typeof openPostgresStore
}

/** With its own SDK. */
export async function olderBuild(t: Scope): Promise<OlderBuild> {
  const folder = temporaryFolder(t)
  execFileSync('tar', ['-x', '-C', folder], {
    input: git('archive', commit, 'server', 'sdk', 'reception', 'package.json'),
  })
  // How its pages look matters to no test of nodes.
  cpSync(join(root, 'server/public'), join(folder, 'server/public'), { recursive: true })
  const [given, modules] = [join(root, 'node_modules'), join(folder, 'node_modules')]
  mkdirSync(join(modules, '@qrgate'), { recursive: true })
  for (const name of readdirSync(given).filter(name => name !== '@qrgate')) {
    symlinkSync(join(given, name), join(modules, name))
  }
  for (const house of ['sdk', 'reception', 'server']) {
    symlinkSync(join(folder, house), join(modules, '@qrgate', house))
  }
  const source = join(folder, 'server/src')
  const { openPostgresStore } = await import(join(source, 'store/sql/postgres.ts'))
  return { program: join(source, 'boot/qrgate.ts'), openPostgresStore }
}
