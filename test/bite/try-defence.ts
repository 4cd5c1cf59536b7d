import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { carries, type Defence } from '../patches/defence.ts'
import { patchedBy } from '../patches/patched-process.ts'
import type { Outcome } from './reporter.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const reporter = new URL('reporter.ts', import.meta.url).href
const compiled = join(root, 'node_modules/.cache/compiled')

/** A test of a broken gate may wait for what never comes. */
const testLimit = 60_000
const fileLimit = 240_000

interface Run {
  outcomes: readonly Outcome[]
  /** All of it came to its end. */
  ended: boolean
  /** The patches that were put into a source. */
  applied: readonly string[]
}

/** What became of a defence that was switched off: the test that has noticed it, or why none has. */
export type Verdict = { noticedBy: string } | { fault: string }

/** Switches a defence off and runs its tests, until one notices. */
export async function tryWithout(defence: Defence): Promise<Verdict> {
  for (const { file, name } of defence.tests) {
    const { outcomes, applied } = await runFile(file, [name], patchedBy(defence.id))
    if (!applied.includes(defence.id)) return { fault: `${file} does not load ${defence.file}` }
    const failed = outcomes.find(({ title, passed }) => !passed && carries(title, name))
    if (failed) return { noticedBy: failed.title }
  }
  return { fault: 'nothing fails' }
}

/**
 * Runs tests with all defences in their places: what fails then says nothing without one.
 * @returns what is wrong, by name; empty where all is well.
 */
export async function faultsOf(
  file: string,
  names: readonly string[],
): Promise<Map<string, string>> {
  const { outcomes, ended } = await runFile(file, names, {})
  const faults = new Map<string, string>()
  for (const name of names) {
    const carrying = outcomes.filter(({ title }) => carries(title, name))
    const failed = carrying.find(({ passed }) => !passed)
    if (failed) faults.set(name, `fails as it is: ${failed.title}`)
    else if (!ended) faults.set(name, `${file} does not end`)
    else if (carrying.length === 0) faults.set(name, `${file} has no test ${name}`)
  }
  return faults
}

async function runFile(
  file: string,
  names: readonly string[],
  patches: Record<string, string>,
): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'qrgate-bite-'))
  const notes = join(folder, 'applied')
  // A runner that is itself run by a test would be told to report to that.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  try {
    const child = spawn(
      process.execPath,
      [
        ...['-C', 'source', '--test', '--test-isolation=none', '--test-force-exit'],
        `--test-timeout=${testLimit}`,
        `--test-reporter=${reporter}`,
        ...names.map(name => `--test-name-pattern=\\b${name}\\b`),
        file,
      ],
      {
        cwd: root,
        env: { NODE_COMPILE_CACHE: compiled, ...env, ...patches, PATCH_NOTES: notes },
        stdio: ['ignore', 'pipe', 'ignore'],
        // A group of its own, so that all that it has started can be ended with it.
        detached: true,
      },
    )
    let said = ''
    child.stdout.on('data', chunk => {
      said += chunk
    })
    const kill = () => {
      try {
        process.kill(-(child.pid as number), 'SIGKILL')
      } catch {
        // All of them have ended.
      }
    }
    let ended = true
    const limit = setTimeout(() => {
      ended = false
      kill()
    }, fileLimit)
    process.once('exit', kill)
    const closed = once(child, 'close')
    await once(child, 'exit')
    clearTimeout(limit)
    kill()
    // What it has said may still be on its way.
    await closed
    process.removeListener('exit', kill)
    return { outcomes: outcomesOf(said), ended, applied: linesOf(notes) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a test writes to standard output itself stands between. */
function outcomesOf(said: string): Outcome[] {
  return said.split('\n').flatMap(line => {
    try {
      return line.startsWith('{"title":') ? [JSON.parse(line) as Outcome] : []
    } catch {
      return []
    }
  })
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n')
  } catch {
    return []
  }
}
