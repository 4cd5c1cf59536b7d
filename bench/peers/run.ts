// `npm run bench:peers`: P2, what a start costs the gate beside others who do the same job, and what a thousand
// waiting screens cost those who are asked every five seconds. Installs them first, from their own lock file.
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { paths, type StartAnswer } from '@qrgate/sdk/protocol'
import type { Scope } from '../../test/support/gate.ts'
import { type Measured, verdictOf } from '../goals.ts'
import { keep, line, machine } from '../result.ts'
import { ask, call, type Sent } from '../support/call.ts'
import { connectAll, kioskOf, someAtOnce } from '../support/crowd.ts'
import { endedAfter } from '../support/ends.ts'
import { inTurns, median, medianOf, row, timesOf } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { origin, startServed } from '../support/served-gate.ts'

const [rounds, calls, atOnce] = [7, 1_000, 20]
const [waiting, everyMs] = [1_000, 5_000]

/** Somebody who does the same job: how it starts a sign-in, and how its screens ask whether it is done. */
interface Peer {
  process: MeasuredProcess
  start: { path: string; sent?: Sent }
  poll?: (started: { device_code: string }) => { path: string; sent: Sent }
}

const debiansPython = '/usr/bin/python3'
const seedName = 'the seed’s stack, FastAPI and PyJWT'
const grant = 'urn:ietf:params:oauth:grant-type:device_code'
const form = { 'content-type': 'application/x-www-form-urlencoded' }

const result = {
  ...(await machine()),
  startMicros: {} as Record<string, number>,
  waitingPercent: {} as Record<string, number>,
  measured: [] as Measured[],
}
install()
await endedAfter(async scope => {
  const gate = await startServed(scope, {
    kiosks: waiting / 4,
    env: { QRGATE_SEED_API: '1' },
  })
  const cookie = `__Host-qrgate-kiosk=${gate.credentials[0]}`
  const peers: Record<string, Peer> = {
    'QRGate, the seed’s API': { process: gate.process, start: { path: '/api/qr/start' } },
    'QRGate, an enrolled kiosk': {
      process: gate.process,
      start: { path: paths.signIns, sent: { method: 'POST', headers: { cookie, origin } } },
    },
    ...(await others(scope)),
  }
  const took = await inTurns(
    rounds,
    Object.fromEntries(
      Object.entries(peers).map(([name, { process, start }]) => [
        name,
        () => cpuOf(process, start.path, start.sent),
      ]),
    ),
  )
  for (const [name, micros] of Object.entries(took)) {
    result.startMicros[name] = median(micros)
    row('P2', `${name}: a start`, `${median(micros).toFixed(0)} µs CPU`)
  }
  const jwt = took['QRGate, the seed’s API'] ?? []
  const seed = took[seedName]
  if (seed) {
    const parts = { seedMicros: median(seed), gateMicros: median(jwt) }
    result.measured.push({ goal: 'P2', value: medianOf(timesOf, seed, jwt), parts })
  }
  for (const [name, { process, start, poll }] of Object.entries(peers)) {
    if (poll) result.waitingPercent[name] = await polled(process, start, poll)
  }
  result.waitingPercent.QRGate = await pushed(gate.process, gate.credentials)
  for (const [name, percent] of Object.entries(result.waitingPercent)) {
    row('', `${name}: ${waiting} waiting`, `${percent.toFixed(1)} % of a core`)
  }
})
for (const measured of result.measured) console.log(line(measured))
keep('peers', result)
const isMissed = result.measured.some(measured => verdictOf(measured) === 'missed')
process.exit(isMissed && result.isQuiet ? 1 : 0)

function install(): void {
  const cwd = fileURLToPath(new URL('.', import.meta.url))
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error('the peers could not be installed')
}

async function others(scope: Scope): Promise<Record<string, Peer>> {
  const start = (file: string, program?: string) =>
    MeasuredProcess.start(scope, {
      file: `../peers/${file}`,
      answersAt: '/healthz',
      ...(program && { program }),
    })
  const json = { 'content-type': 'application/json' }
  const peers: Record<string, Peer> = {
    'oidc-provider, in memory': {
      process: await start('oidc-provider.js'),
      start: {
        path: '/device/auth',
        sent: { method: 'POST', headers: form, body: 'client_id=kiosk' },
      },
      poll: ({ device_code }) => ({
        path: '/token',
        sent: {
          method: 'POST',
          headers: form,
          body: `${new URLSearchParams({ client_id: 'kiosk', grant_type: grant, device_code })}`,
        },
      }),
    },
    'better-auth, SQLite': {
      process: await start('better-auth.js'),
      start: {
        path: '/api/auth/device/code',
        sent: { method: 'POST', headers: json, body: '{"client_id":"kiosk"}' },
      },
      poll: ({ device_code }) => ({
        path: '/api/auth/device/token',
        sent: {
          method: 'POST',
          headers: json,
          body: JSON.stringify({ client_id: 'kiosk', grant_type: grant, device_code }),
        },
      }),
    },
  }
  const hasPython = spawnSync(debiansPython, ['-c', 'import fastapi, uvicorn, jwt']).status === 0
  if (!hasPython) {
    console.log(
      'Without Debian’s python3-fastapi, python3-uvicorn and python3-jwt the seed is left out.',
    )
    return peers
  }
  const process = await start('seed.py', debiansPython)
  return { ...peers, [seedName]: { process, start: { path: '/api/qr/start' } } }
}

/** Processor time of one request, in microseconds. */
async function cpuOf(server: MeasuredProcess, path: string, sent?: Sent): Promise<number> {
  const before = server.cpuMicros()
  for (let done = 0; done < calls; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => call(server.url + path, sent)))
  }
  return (server.cpuMicros() - before) / calls
}

/** What waiting screens cost that ask, in percent of a core. */
async function polled(
  server: MeasuredProcess,
  start: Peer['start'],
  poll: NonNullable<Peer['poll']>,
) {
  const started: { device_code: string }[] = []
  await someAtOnce(Array.from({ length: waiting }), async () => {
    started.push(JSON.parse(await call(server.url + start.path, start.sent)))
  })
  const roundsOfPolls = 4
  const before = server.cpuMicros()
  const asking = started.map(async (one, n) => {
    // Spread over the whole interval, as they come at any time.
    await sleep((n / waiting) * everyMs)
    for (let round = 0; round < roundsOfPolls; round += 1) {
      const { path, sent } = poll(one)
      const answered = ask(server.url + path, sent)
      await sleep(everyMs)
      await answered
    }
  })
  await Promise.all(asking)
  return ((server.cpuMicros() - before) / 1000 / (roundsOfPolls * everyMs)) * 100
}

/** What they cost that are told. */
async function pushed(server: MeasuredProcess, credentials: readonly string[]): Promise<number> {
  const kiosks: ReturnType<typeof kioskOf>[] = []
  const socketUrl = server.url.replace('http', 'ws') + paths.kiosk
  const each = Array.from({ length: waiting }, (_, n) => credentials[n % credentials.length])
  await someAtOnce(each, async credential => {
    const headers = { authorization: `Bearer ${credential}` }
    const answer = await call(server.url + paths.signIns, { method: 'POST', headers })
    kiosks.push(kioskOf(socketUrl, JSON.parse(answer) as StartAnswer))
  })
  await connectAll(kiosks)
  await sleep(everyMs)
  const before = server.cpuMicros()
  await sleep(4 * everyMs)
  const percent = ((server.cpuMicros() - before) / 1000 / (4 * everyMs)) * 100
  for (const kiosk of kiosks) kiosk.leave()
  return percent
}
