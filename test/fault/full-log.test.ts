import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { patchedLikeThis } from '../patches/patched-process.ts'
import { cli } from '../support/command.ts'
import { freePort, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { smallDisk, withoutMounts } from '../support/small-disk.ts'

const loggers = {
  gate: new URL('../../server/src/logger.ts', import.meta.url),
  reception: new URL('../../reception/src/log.ts', import.meta.url),
}

test('N80: a gate whose log goes to a full disk starts, answers and stops', async t => {
  const port = await freePort()
  const full = openSync('/dev/full', 'w')
  const gate = spawn(process.execPath, ['-C', 'source', cli, 'demo', '--no-reception'], {
    cwd: temporaryFolder(t),
    env: {
      PATH: process.env.PATH,
      ...patchedLikeThis(),
      PORT: `${port}`,
      HOST: '127.0.0.1',
      QRGATE_LOG_LEVEL: 'info',
    },
    stdio: ['ignore', full, full],
  })
  t.after(() => gate.kill('SIGKILL'))
  const exited = once(gate, 'exit')
  await until('it answers', async () => {
    assert.equal(gate.exitCode, null, 'it has ended')
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.status === 200
  })
  gate.kill('SIGTERM')
  assert.deepEqual(await exited, [0, null])
})

for (const [who, logger] of Object.entries(loggers))
  test(`N80: lines of ${who} that a full disk has no room for are dropped, and counted once it has some`, {
    skip: withoutMounts,
  }, t => {
    const disk = smallDisk(t, 1)
    disk.fill()
    const file = join(disk.folder, 'ballast')
    const log = join(disk.folder, 'log')
    const program = `
    import { rmSync } from 'node:fs'
    const { createLogger } = await import(${JSON.stringify(logger.href)})
    const logger = createLogger('info')
    for (let n = 0; n < 5_000; n += 1) logger.info({ n }, 'x'.repeat(100))
    rmSync(${JSON.stringify(file)})
    logger.info('there is room')
    setImmediate(() => setImmediate(() => logger.info('the end')))`
    const args = ['-C', 'source', '--input-type=module', '-e', program]
    execFileSync(process.execPath, args, { stdio: ['ignore', openSync(log, 'w'), 'inherit'] })
    const lines = readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    const [counted] = lines.filter(({ dropped }) => dropped > 0)
    const written = lines.filter(({ n }) => n !== undefined).length
    assert.equal(counted.dropped + written, 5_000)
    assert.equal(lines.at(-1).msg, 'the end')
  })
