import { randomBytes } from 'node:crypto'
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { ownLikeItsFolder, privateFile } from '../private-path.ts'
import { makeDataFolder } from './data-folder.ts'

/** A demo makes its own key at the first start and keeps it, so that restarts lose nothing. */
export function withSecretKey(config: Config): Config {
  if (config.mode !== 'demo' || config.secretKeys.length > 0) return config
  const file = keyFile(config.dataDir)
  // On a full disk none could be made, and none is needed.
  if (existsSync(file)) return { ...config, secretKeys: [readKey(file)] }
  makeDataFolder(config.dataDir)
  // Written whole under another name and then linked: of two demos that start at once both read the
  // same key, and a full disk leaves no half of one.
  const draft = `${file}.${process.pid}`
  writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: privateFile })
  ownLikeItsFolder(draft)
  try {
    linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
  return { ...config, secretKeys: [readKey(file)] }
}

/** The keys of the settings, or the one that a demo has made; makes none. */
export function keptSecretKeys(config: Config): readonly string[] {
  const file = keyFile(config.dataDir)
  return config.secretKeys.length > 0 || !existsSync(file) ? config.secretKeys : [readKey(file)]
}

/** Where a demo keeps its key. */
export function keyFile(dataDir: string): string {
  return join(dataDir, 'secret-key')
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OperatorError(`${file}, the demo's key, cannot be read (${code}).`)
  }
}

function readKey(file: string): string {
  const key = textOf(file).trim()
  if (Buffer.byteLength(key) < 32) {
    throw new OperatorError(`${file} is damaged; remove it, and the next start makes a new key.`)
  }
  return key
}
