import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { bundledNode, isNewEnough, wantedNode } from './bundled-node.js'
import { missingPackages } from './missing-packages.js'
import { npm } from './npm.js'
import { npmFailure } from './npm-failure.js'
import { root } from './root.js'
import { isWritable } from './writable.js'

/**
 * Brings node_modules up to the lock file, whatever npm is set to; asks for nothing where all is there.
 * @param {{ isRunning?: boolean }} [clone] whether a demo runs there, whose packages must stay.
 * @returns {string | undefined} the Node that the project runs with; undefined where there is none, which
 * was then said.
 */
export function install({ isRunning = false } = {}) {
  if (missing().length > 0) {
    if (isRunning) {
      say('A demo runs in this clone, and other packages are needed; stop it first.')
      return undefined
    }
    if (!installPackages()) return undefined
  }
  const program = [bundledNode, process.execPath].find(isNewEnough)
  if (program === undefined) {
    say(
      `QRGate needs Node ${wantedNode.join('.')} or newer here; this is Node ${process.versions.node}.`,
    )
  }
  return program
}

function missing() {
  const lock = name => JSON.parse(readFileSync(join(root, name), 'utf8'))
  const wanted = lock('package-lock.json')
  let there
  try {
    there = lock('node_modules/.package-lock.json')
  } catch {
    there = { packages: {} }
  }
  return missingPackages(wanted, there, root)
}

/** @returns whether all is there now. */
function installPackages() {
  const there = join(root, 'node_modules')
  if (!isWritable(root) || (existsSync(there) && !isWritable(there))) {
    say(
      `Packages are missing, and this user may not install them in ${root}; clone it as this user.`,
    )
    return false
  }
  say('Installing packages (once, some seconds) …')
  const { status, error, stderr } = npmCi()
  if (status !== 0) {
    say(error ? `npm does not run: ${error.message}` : whyFailed(stderr))
    return false
  }
  const left = missing()
  if (left.length > 0) say(`npm has left out ${left.join(', ')}; \`npm config ls\` says why.`)
  return left.length === 0
}

/** npm's own words are a stack for people who write npm. */
function whyFailed(said) {
  return npmFailure(said) ?? `${said.trimEnd()}\n\`npm ci\` failed; its messages stand above.`
}

/** Stronger than what an `.npmrc` or a variable says of the same. */
const asTheProjectNeeds = [
  '--include=dev',
  '--include=optional',
  '--include=peer',
  '--bin-links',
  '--package-lock',
  '--install-strategy=hoisted',
  '--no-dry-run',
  '--no-engine-strict',
  '--no-global',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-update-notifier',
  '--loglevel=error',
]

function npmCi() {
  // The Node that runs npm must not be the one in the folder that is about to be replaced.
  const path = (process.env.PATH ?? '').split(delimiter)
  const env = {
    ...process.env,
    PATH: path.filter(folder => !folder.includes('node_modules')).join(delimiter),
  }
  // Whichever workspace it was that npm was asked for, all of them are needed.
  for (const name of ['npm_config_workspace', 'npm_config_workspaces']) delete env[name]
  const cache = ownCache()
  const args = ['ci', ...asTheProjectNeeds, ...(cache ? [`--cache=${cache}`] : [])]
  const [program, ...first] = npm()
  try {
    return spawnSync(program, [...first, ...args], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      // Of npm itself; all arguments are our own.
      shell: process.platform === 'win32' && first.length === 0,
      env,
    })
  } finally {
    if (cache) rmSync(cache, { recursive: true, force: true })
  }
}

/** A cache for once, where npm may not write to its own; else undefined. */
function ownCache() {
  const usual = process.env.npm_config_cache ?? join(homedir(), '.npm')
  try {
    mkdirSync(usual, { recursive: true })
    if (isWritable(usual)) return undefined
  } catch {
    // A home that is somebody else's, or is not there.
  }
  return mkdtempSync(join(tmpdir(), 'qrgate-npm-'))
}

function say(line) {
  process.stderr.write(`${line}\n`)
}
