import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npmFailure } from '../../scripts/npm-failure.js'
import { type Packed, packed } from '../../scripts/packing/packed-files.ts'
import { freePort, type Scope, temporaryFolder } from './gate.ts'
import { until } from './patience.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What npm, and programs with a shebang, take for Node is the one that runs this. */
const env = {
  ...process.env,
  PATH: [dirname(process.execPath), process.env.PATH].join(delimiter),
}

/**
 * A clone as `git clone` and the first command leave it, without anything that was built.
 * @returns its folder.
 */
export function freshClone(t: Scope): string {
  const clone = temporaryFolder(t)
  const link = (target: string, path: string) => {
    mkdirSync(dirname(path), { recursive: true })
    symlinkSync(target, path)
  }
  const isSource = (path: string) => !/[/](node_modules|dist|public|release)$/.test(path)
  const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
  const parts = new Set(files.split('\n').map(file => file.split('/')[0] ?? ''))
  for (const part of parts) {
    if (part) cpSync(join(root, part), join(clone, part), { recursive: true, filter: isSource })
  }
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === '@qrgate' || name === 'qrgate') continue
    link(join(root, 'node_modules', name), join(clone, 'node_modules', name))
  }
  for (const folder of [...packed, 'web']) {
    const { name } = JSON.parse(readFileSync(join(clone, folder, 'package.json'), 'utf8'))
    link(join(clone, folder), join(clone, 'node_modules', name))
  }
  return clone
}

/** Runs `npm …` as people do there. @returns what it printed. @throws Error with what it said. */
export function npm(cwd: string, args: string[], more: Record<string, string> = {}): string {
  const options = { cwd, encoding: 'utf8', env: { ...env, ...more } } as const
  const { status, stdout, stderr } = spawnSync('npm', args, options)
  if (status !== 0) throw new Error(`npm ${args.join(' ')}: ${stdout}${stderr}`)
  return stdout
}

/** Why npm could not bring packages from elsewhere, where it is that; else the error is thrown again. */
export function unreachable(error: unknown): string {
  const why = error instanceof Error ? npmFailure(error.message) : undefined
  if (why && /registry|offline/.test(why)) return why
  throw error
}

/** The files in an archive of npm's, by their path in the package. */
export function filesOf(archive: string): { list: string[]; text(path: string): string } {
  const tar = (...args: string[]) => execFileSync('tar', args, { encoding: 'utf8' })
  const list = tar('-tzf', archive).trim().split('\n')
  return {
    list: list.map(path => path.replace(/^package\//, '')),
    text: path => tar('-xzOf', archive, `package/${path}`),
  }
}

export const archiveOf = (release: string, folder: Packed) => {
  const { name, version } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
  return join(release, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)
}

export interface Running {
  url: string
  said(): string
  stop(): Promise<void>
}

/** Runs one of their commands until the test is over, with its settings in a `.env`. */
export async function run(
  t: Scope,
  command: string,
  args: string[],
  settings: (url: URL) => Record<string, string>,
): Promise<Running> {
  const url = `http://127.0.0.1:${await freePort()}`
  const cwd = temporaryFolder(t)
  const lines = Object.entries(settings(new URL(url))).map(([name, value]) => `${name}="${value}"`)
  writeFileSync(join(cwd, '.env'), lines.join('\n'))
  const child = spawn(process.execPath, [command, ...args], {
    cwd,
    env: { PATH: env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      said += chunk
    })
  }
  const exited = once(child, 'exit')
  const stop = async () => {
    child.kill()
    await exited
  }
  t.after(stop)
  await until('it answers', async () => {
    if (child.exitCode !== null) throw new Error(`it did not start: ${said}`)
    const answer = await fetch(`${url}/healthz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  })
  return { url, said: () => said, stop }
}
