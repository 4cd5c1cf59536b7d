import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { execute } from './execute.js'
import { root } from './root.js'

/** What the project's own code needs. */
export const wantedNode = [24, 15]

const isWindows = process.platform === 'win32'
const platform = `${isWindows ? 'win' : process.platform}-${process.arch}`

/** The Node that npm brings into the clone, on machines for which there is one. */
export const bundledNode = join(
  root,
  `node_modules/node-${platform}/bin`,
  isWindows ? 'node.exe' : 'node',
)

export function isNewEnough(program) {
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' })
  if (status !== 0) return false
  const [major, minor] = stdout.slice(1).split('.').map(Number)
  const [wantedMajor, wantedMinor] = wantedNode
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/**
 * Runs a program of the clone with the clone's own Node, where the one that was asked is too old.
 * @param file from the clone's folder.
 * @returns {Promise<number> | undefined} the exit code; undefined where there is no such Node.
 */
export function runBundled(file, args) {
  if (!isNewEnough(bundledNode)) return undefined
  return execute(bundledNode, [join(root, file), ...args], { cwd: process.cwd() })
}
