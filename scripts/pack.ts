// `npm run pack`: the three packages, in release/, with a lock by which `npm ci` installs just what was
// tested. Works where `ignore-scripts` is set, which leaves `prepack` out.
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { npm } from './npm.js'
import { dress, undress } from './packing/dress.ts'
import { type Packed, packed, releaseLock, repositoryOf } from './packing/packed-files.ts'
import { root } from './root.js'

const release = join(root, 'release')
rmSync(release, { recursive: true, force: true })
mkdirSync(release)

const archives = Object.fromEntries(packed.map(folder => [folder, pack(folder)])) as Record<
  Packed,
  { file: string; integrity: string }
>
const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
const { manifest, lock } = releaseLock(packages, archives)
write('package.json', manifest)
write('package-lock.json', lock)

for (const { file } of Object.values(archives)) console.log(`release/${file}`)
if (repositoryOf(root) === undefined) {
  console.log('They name no repository: `git remote get-url origin` is no public address.')
}

function pack(folder: Packed) {
  const options = [
    '--json',
    '--ignore-scripts',
    '--workspaces=false',
    `--pack-destination=${release}`,
  ]
  const [program, ...first] = npm()
  dress(root, folder)
  try {
    const said = execFileSync(program, [...first, 'pack', ...options], {
      cwd: join(root, folder),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32' && first.length === 0,
    })
    const [{ filename, integrity }] = JSON.parse(said)
    return { file: filename as string, integrity: integrity as string }
  } finally {
    undress(root, folder)
  }
}

function write(file: string, value: unknown): void {
  writeFileSync(join(release, file), `${JSON.stringify(value, null, 2)}\n`)
}
