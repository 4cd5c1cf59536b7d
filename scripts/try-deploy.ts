// `npm run test:deploy`: carries out docs/deploy.md as it stands, block by block, on machines that Linux'
// namespaces make of this one (Debian, root). Prints what it does and what was said; the first block that
// fails ends it.
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeAuthority } from './deploy/authority.ts'
import { tryDeploy } from './deploy/story.ts'
import { npm } from './npm.js'
import { root } from './root.js'

const [, , scratchGiven] = process.argv
if (scratchGiven) {
  await tryDeploy(scratchGiven, root)
  console.log('── docs/deploy.md holds')
  // Its machines would keep it.
  process.exit()
} else outside()

/** Packs, as whoever runs a machine of its own would; then goes where nothing of this machine is changed. */
function outside(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.log('This needs Linux and root: it makes machines of namespaces.')
    process.exitCode = 1
    return
  }
  const scratch = mkdtempSync(join(tmpdir(), 'qrgate-deploy-'))
  try {
    // The first block of "Install".
    console.log('── Install 1\nnpm run pack')
    execFileSync(process.execPath, [join(root, 'scripts/run.js'), 'pack'], { stdio: 'inherit' })
    // No machine below has a way out: what they install is kept here first.
    const kept = join(scratch, 'kept')
    cpSync(join(root, 'release'), kept, { recursive: true })
    const [program, ...first] = npm()
    execFileSync(program, [...first, 'ci', '--prefer-offline', '--no-audit', '--no-fund'], {
      cwd: kept,
      stdio: 'inherit',
    })
    rmSync(kept, { recursive: true })
    makeAuthority(scratch, ['gate.example.org', 'db.internal', 'redis.internal'])
    const machine = join(scratch, 'machines')
    mkdirSync(machine)
    const namespaces = ['--mount', '--net', '--pid', '--fork', '--kill-child', '--mount-proc']
    const itself = [...process.execArgv, fileURLToPath(import.meta.url), scratch]
    const { status } = spawnSync('unshare', [...namespaces, process.execPath, ...itself], {
      stdio: 'inherit',
      // For visitors it is a public one.
      env: { ...process.env, NODE_EXTRA_CA_CERTS: join(scratch, 'ca.pem') },
    })
    process.exitCode = status ?? 1
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}
