import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { promisify } from 'node:util'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { cli, compiled } from '../support/command.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'

const docs = readFileSync(new URL('../../docs/from-the-seed.md', import.meta.url), 'utf8')

/** What stands in the blocks of one kind, for a port that is free. */
function blocks(kind: string, port: number): string[] {
  const found = docs.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))
  return [...found].map(([, text = '']) => text.replaceAll('8000', `${port}`))
}

const answers = (...command: [string, ...string[]]) =>
  spawnSync(command[0], command.slice(1)).status === 0
const has = answers('curl', '--version') && answers('openssl', 'version')

test('N62: each command of docs/from-the-seed.md does what stands there', {
  skip: !has,
}, async t => {
  const folder = temporaryFolder(t)
  const port = Number(await freePort())
  const [tryIt = '', move = '', serve = '', check = ''] = blocks('sh', port)
  assert.match(tryIt, /^PORT=8001 npm start$/m)
  assert.equal(serve, 'qrgate serve\n')

  writeFileSync(join(folder, '.env'), blocks('ini', port).join(''))
  await seedDatabase(join(folder, 'seed.db'))
  const shell = shellIn(folder)
  const moved = await shell(move)
  assert.match(moved, /^Added 1, left 0 alone that were here already, skipped 0\.$/m)
  assert.match(moved, /^enabled {3}user_example$/m)

  await serveIn(t, folder, port)
  const checked = await shell(check)
  assert.match(checked, /^\{"success":true\}/m)
  assert.match(checked, /^access-control-allow-origin: https:\/\/kiosk\.example\.org\r$/m)
  const insert = `http://127.0.0.1:${port}/api/test/insert?user_id=a&user_pwd=b`
  assert.equal((await fetch(insert, { method: 'POST' })).status, 404)
})

/** As the seed made it. */
async function seedDatabase(file: string): Promise<void> {
  const database = new DatabaseSync(file)
  database.exec('create table user (id integer primary key, user_id text unique, user_pwd text)')
  const insert = database.prepare('insert into user (user_id, user_pwd) values (?, ?)')
  insert.run('user_example', await bcrypt('secure_password', 4))
  database.close()
}

const env = { PATH: process.env.PATH ?? '', NODE_COMPILE_CACHE: compiled }

/** Types a block there, where `qrgate` is the program itself. @returns what was said. */
function shellIn(folder: string): (block: string) => Promise<string> {
  const program = join(folder, 'qrgate')
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' -C source '${cli}' "$@"\n`)
  chmodSync(program, 0o755)
  const options = { cwd: folder, env: { ...env, PATH: `${folder}:${env.PATH}` } }
  return async block => {
    const child = spawn('sh', ['-e', '-c', block], options)
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', chunk => {
        said += chunk
      })
    }
    const close = promisify((done: (error: null, code: number | null) => void) => {
      child.on('close', code => done(null, code))
    })
    assert.equal(await close(), 0, said)
    return said
  }
}

/** What the line `qrgate serve` starts, as a process that the test can end. */
async function serveIn(t: TestContext, folder: string, port: number): Promise<void> {
  const child = spawn(process.execPath, ['-C', 'source', cli, 'serve'], {
    cwd: folder,
    env,
    stdio: 'ignore',
  })
  t.after(() => child.kill('SIGKILL'))
  await until('the gate answers', async () => {
    assert.equal(child.exitCode, null, 'the gate did not start')
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  })
}
