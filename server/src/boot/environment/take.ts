import { lstatSync, readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { OperatorError } from '../../operator-error.ts'
import { settingNames } from '../../settings.ts'
import { type Line, readDotenv } from './dotenv.ts'
import { unknownNames } from './unknown-names.ts'

/** Where the settings of this process come from. */
export interface Environment {
  /** The whole path of the file that was read; undefined where there is none. */
  file: string | undefined
  /** Names of which the file says another value than the environment, which counts. */
  overridden: string[]
  /** Sentences about names that are no setting. */
  unknown: string[]
}

/**
 * Adds to the environment what a `.env` file says; what stands in the environment counts, as with Node's
 * `--env-file`.
 * @param given a file that must be there; else `.env` in the working folder is read where it is there.
 * @param env is changed.
 * @throws OperatorError naming the file, and each line that cannot be read.
 */
export function takeEnvironment(
  given: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Environment {
  const before = Object.keys(env)
  const path = given ?? '.env'
  const bytes = bytesOf(path, given !== undefined)
  const lines = bytes === undefined ? [] : linesOf(path, bytes)
  const overridden: string[] = []
  for (const { name, value } of lines) {
    if (env[name] === undefined) env[name] = value
    else if (env[name] !== value && settingNames.includes(name)) overridden.push(name)
  }
  const unknown = unknownNames(
    before,
    lines.map(({ name }) => name),
  )
  return { file: bytes && resolve(path), overridden, unknown }
}

/** Where the settings came from, in a sentence. */
export function sourceOf({ file }: Pick<Environment, 'file'>): string {
  return file === undefined
    ? `There is no .env in ${process.cwd()}; -e PATH names a file elsewhere.`
    : `Settings were read from ${file}.`
}

function linesOf(path: string, bytes: Uint8Array): Line[] {
  const { lines, faults } = readDotenv(bytes)
  if (faults.length === 0) return lines
  throw new OperatorError(faults.map(fault => `${path}, ${fault}`).join('\n'))
}

/** @returns undefined where there is no file, and none has to be there. */
function bytesOf(path: string, mustBe: boolean): Buffer | undefined {
  try {
    // Nobody may ever write into a pipe of that name.
    if (!mustBe && statSync(path, { throwIfNoEntry: false })?.isFIFO()) {
      throw new OperatorError(`${path} is a pipe, and no file.`)
    }
    return readFileSync(path)
  } catch (error) {
    if (error instanceof OperatorError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT' && !isLink(path)
    if (isMissing && !mustBe) return undefined
    if (path === '') throw new OperatorError('-e names no file.')
    if (isMissing) throw new OperatorError(`There is no ${path}, which --env-file names.`)
    throw new OperatorError(`${path} cannot be read: ${whyNot(path, code, message)}`)
  }
}

/** A link that leads nowhere is no missing file. */
function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
}

function whyNot(path: string, code: string | undefined, message: string): string {
  switch (code) {
    case 'ENOENT':
      return 'it is a link to a file that is not there.'
    case 'EISDIR':
      return 'it is a folder.'
    case 'EACCES':
    case 'EPERM':
      return `${ownerOf(path)}; run this as a user who may read it, like the gate's own: sudo -u qrgate qrgate …`
    default:
      return `${message}.`
  }
}

function ownerOf(path: string): string {
  try {
    const { uid, gid, mode } = statSync(path)
    const rights = (mode & 0o777).toString(8)
    return `it belongs to ${nameIn('/etc/passwd', uid)}:${nameIn('/etc/group', gid)}, mode ${rights}`
  } catch {
    return 'its folder is closed to this user'
  }
}

/** @returns the number itself where the system keeps its names elsewhere. */
function nameIn(list: '/etc/passwd' | '/etc/group', id: number): string {
  try {
    const rows = readFileSync(list, 'utf8')
      .split('\n')
      .map(row => row.split(':'))
    return rows.find(([, , number]) => number === `${id}`)?.[0] ?? `${id}`
  } catch {
    return `${id}`
  }
}
