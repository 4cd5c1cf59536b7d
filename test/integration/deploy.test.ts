import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { makeAuthority } from '../../scripts/deploy/authority.ts'
import { blocksOf, deployBlocks } from '../../scripts/deploy/blocks.ts'
import { readUnit, wordsOf } from '../../scripts/deploy/unit-file.ts'
import { temporaryFolder } from '../support/gate.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const textOf = (path: string) => readFileSync(join(root, path), 'utf8')
const blocks = blocksOf(textOf('docs/deploy.md'))
const units = readdirSync(join(root, 'deploy')).filter(file => /\.(service|timer)$/.test(file))
const has = (program: string) =>
  spawnSync(program, ['version'], { stdio: 'ignore' }).error === undefined

test('N53: `npm run test:deploy` knows each block of docs/deploy.md, and no other', () => {
  assert.deepEqual(Object.keys(deployBlocks).toSorted(), blocks.map(({ name }) => name).toSorted())
  for (const { name, language, text } of blocks.filter(block => block.language === 'sh')) {
    const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' })
    assert.equal(status, 0, `${name} (${language}): ${stderr}`)
  }
})

test('N53: what docs/deploy.md copies is in the package', () => {
  const { files } = JSON.parse(textOf('server/package.json')) as { files: string[] }
  const copied = blocks.flatMap(({ text }) => [...text.matchAll(/node_modules\/qrgate\/(\w+)/g)])
  assert.ok(copied.length > 2)
  for (const [, folder = ''] of copied) assert.ok(files.includes(folder), folder)
})

test('N53: services do not give up, and their timers start what is there', () => {
  for (const file of units) {
    const unit = readUnit(textOf(`deploy/${file}`))
    if (file.endsWith('.timer')) {
      assert.ok(units.includes(file.replace('.timer', '.service')), file)
      assert.deepEqual(unit.get('WantedBy'), ['timers.target'])
    } else if (!unit.get('Type')) {
      assert.deepEqual(
        [unit.get('Restart'), unit.get('StartLimitIntervalSec')],
        [['always'], ['0']],
      )
    }
  }
})

test('N53: a unit is read as systemd reads it', () => {
  const unit = readUnit(
    '# A=1\n[Service]\nEnvironment=A=1 "B=2 3"\nExecStart=/bin/sh -c \'echo "$(date +%%u)"\'\nUser=one',
    '[Service]\nEnvironment=C=4\nUser=two\nExecStart=\n',
  )
  assert.deepEqual(unit.get('Environment')?.flatMap(wordsOf), ['A=1', 'B=2 3', 'C=4'])
  assert.deepEqual([unit.get('User')?.at(-1), unit.get('ExecStart')], ['two', []])
  assert.deepEqual(wordsOf('/bin/sh -c \'exec "$(date +%%u).x"\''), [
    '/bin/sh',
    '-c',
    'exec "$(date +%u).x"',
  ])
})

test('N53: systemd takes the units', t => {
  if (!has('systemd-analyze')) return t.skip('there is no systemd-analyze')
  const folder = temporaryFolder(t)
  for (const file of units) {
    // Checked where none of the programs is installed.
    const text = textOf(`deploy/${file}`).replace(/\/usr\/local\/bin\/[\w-]+/, '/bin/true')
    writeFileSync(join(folder, file), text)
  }
  const paths = units.map(file => join(folder, file))
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', ...paths], {
    encoding: 'utf8',
  })
  assert.doesNotMatch(stderr, /qrgate/)
})

test('N53: nginx takes deploy/nginx.conf', t => {
  if (!has('nginx')) return t.skip('there is no nginx')
  const folder = temporaryFolder(t)
  makeAuthority(folder, ['gate.example.org'])
  const own = textOf('deploy/nginx.conf').replaceAll(/\/etc\/ssl\/(certs|private)/g, folder)
  const around = `pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${own} }`
  writeFileSync(join(folder, 'nginx.conf'), around)
  const args = ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')]
  const { status, stderr } = spawnSync('nginx', args, { encoding: 'utf8' })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stderr, /warn/)
})

test('N53: Caddy takes deploy/Caddyfile, as old as it may be', t => {
  if (!has('caddy')) return t.skip('there is no Caddy')
  const version = execFileSync('caddy', ['version'], { encoding: 'utf8' })
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(version)?.map(Number) ?? []
  // As the file says.
  const isOld = major === 2 && (minor ?? 0) * 100 + (patch ?? 0) < 604
  const env = {
    ...process.env,
    QRGATE_HOST: 'gate.example.org',
    QRGATE_NODES: '10.0.0.11:8080 10.0.0.12:8080',
    ...(isOld && { QRGATE_BUFFERS: 'buffer_requests' }),
  }
  const args = ['adapt', '--config', join(root, 'deploy/Caddyfile')]
  const { status, stdout, stderr } = spawnSync('caddy', args, { encoding: 'utf8', env })
  assert.equal(status, 0, stderr)
  assert.doesNotMatch(stderr, /warn/)
  assert.match(stdout, /"dial":"10\.0\.0\.11:8080".*"dial":"10\.0\.0\.12:8080"/)
  assert.match(stdout, /"max_size":32768/)
})
