import { copyFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import type { TestContext } from 'node:test'
import pino from 'pino'
import { type App, createApp } from '../../server/src/boot/app.ts'
import { type Clock, createClock } from '../../server/src/clock.ts'
import { type Mode, readConfig } from '../../server/src/config.ts'
import type { SettingName } from '../../server/src/settings.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { type Contract, watchContract } from './contract.ts'
import type { PostgresServer } from './postgres.ts'
import { freePort, type Scope, temporaryFolder } from './temporary.ts'

export { freePort, type Scope, temporaryFolder } from './temporary.ts'

export type Settings = Partial<Record<SettingName, string>>

export interface Gate {
  app: App
  /** All that it answers is held against its own document; what differs fails the test. */
  contract: Contract
  /** The public origin. */
  url: string
  /** Moves the gate's clock; the test's own timers stay as they are. */
  passTime(ms: number): void
  /** From now on the gate's clock moves by {@link passTime} only, however slow the machine is. */
  holdTime(): void
  /** Everything logged so far, one JSON object a line. */
  log(): string
  dataDir: string
  /** The gate's ends of all connections that are open. */
  connections: ReadonlySet<Socket>
  close(): Promise<void>
}

/** What the process needs, and not the test which happens to come first. */
const ofProcess: Scope = { after: end => process.on('exit', end) }

let postgres: Promise<PostgresServer> | undefined

/** Where a gate keeps its data for a test that does not say: `npm run test:postgres` has them all on Postgres. */
export async function usualStore(): Promise<Settings> {
  if (process.env.QRGATE_TEST_STORE !== 'Postgres') return {}
  postgres ??= import('./postgres.ts').then(({ PostgresServer }) =>
    PostgresServer.start(ofProcess, { unref: true }),
  )
  return { DATABASE_URL: await (await postgres).gateDatabase() }
}

let template: Promise<string> | undefined

/** A gate's tables, empty: a copy is made in a tenth of the time, without waiting for the disk. */
async function makeTemplate(): Promise<string> {
  const folder = temporaryFolder(ofProcess)
  const path = join(folder, 'qrgate.sqlite')
  await (await openSqliteStore(path)).close()
  return path
}

/**
 * A real gate in this process, on a port and in a folder of its own; closes itself after the test.
 * @param real the clock before the test moves it.
 */
export async function startGate(
  t: TestContext,
  settings: Settings = {},
  mode: Mode = 'demo',
  real: Clock = createClock(),
): Promise<Gate> {
  const dataDir = temporaryFolder(t)
  template ??= makeTemplate()
  copyFileSync(await template, join(dataDir, 'qrgate.sqlite'))
  const port = settings.PORT ?? (await freePort())
  const local = `http://127.0.0.1:${port}`
  const url = settings.PUBLIC_URL ?? local
  const config = readConfig(
    {
      HOST: '127.0.0.1',
      PORT: `${port}`,
      // Production wants https; the proxy that would speak it is left out here.
      PUBLIC_URL: mode === 'serve' ? 'https://gate.test' : url,
      SECRET_KEY: 'a secret key that only this test uses: 32 bytes and more',
      QRGATE_DATA_DIR: dataDir,
      ...(settings.DATABASE_URL === undefined && (await usualStore())),
      ...settings,
    },
    mode,
  )
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  let passed = 0
  let held: number | undefined
  const clock: Clock = () => (held ?? real()) + passed
  const app = await createApp(config, pino({ level: 'debug' }, sink), clock)
  const contract = watchContract(app.server, `${mode}, seed ${config.seedApi}`)
  await app.listen()
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= app.close()
    return closed
  }
  const connections = new Set<Socket>()
  app.server.server.on('connection', socket => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket))
  })
  t.after(() => {
    const closing = close()
    // Whatever a failed test has left open must not keep its file from ending.
    for (const socket of connections) socket.destroy()
    return closing.then(() => contract.assertKept())
  })
  return {
    app,
    contract,
    connections,
    url,
    dataDir,
    close,
    log: () => lines.join(''),
    holdTime: () => {
      held = real()
    },
    passTime: ms => {
      passed += ms
    },
  }
}
