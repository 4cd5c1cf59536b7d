import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { Config } from '../config.ts'
import { isPrivate, makePrivate } from '../private-path.ts'
import { sqliteFiles, sqlitePath } from '../store/sqlite-files.ts'
import { noteFile } from './made-database.ts'
import { removedAccountsFile } from './removed-accounts.ts'
import { keyFile } from './secret-key.ts'

/**
 * Keeps other users of this machine from what the gate keeps on it, as far as it is ours.
 * @returns the paths that others can still get at.
 */
export function keepPrivate(config: Pick<Config, 'dataDir' | 'databaseUrl'>): string[] {
  return ownPaths(config).filter(path => !makePrivate(path))
}

/** Looks where {@link keepPrivate} would change something, or could not. */
export function pathsOpenToOthers(config: Pick<Config, 'dataDir' | 'databaseUrl'>): string[] {
  return ownPaths(config).filter(path => !isPrivate(path))
}

/** The data folder is the gate's own where it keeps something in it; no other folder ever is. */
function ownPaths({ dataDir, databaseUrl }: Pick<Config, 'dataDir' | 'databaseUrl'>): string[] {
  const path = sqlitePath(databaseUrl)
  const files = [
    ...(path === undefined ? [] : sqliteFiles(path)),
    ...[keyFile, noteFile, removedAccountsFile]
      .map(fileOf => fileOf(dataDir))
      .filter(file => existsSync(file)),
  ]
  const folder = resolve(dataDir)
  const isOurs = files.some(file => existsSync(file) && dirname(resolve(file)) === folder)
  return isOurs ? [dataDir, ...files] : files
}
