import { setTimeout as sleep } from 'node:timers/promises'
import { paths, type StartAnswer } from '@qrgate/sdk/protocol'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { call } from '../support/call.ts'
import { connectAll, kioskOf, someAtOnce, WaitingKiosk } from '../support/crowd.ts'
import { timed } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { startServed } from '../support/served-gate.ts'

/** As the unit and the container start a gate: most of a waiting socket’s memory is otherwise room for new objects. */
const asOperated = { NODE_OPTIONS: '--max-semi-space-size=4' }
/** As many pages as one kiosk may have open. */
const pagesOfOne = 4

/** P7, P8, P10, P12: ten thousand waiting kiosks with rotating tickets, beside as many bare sockets. */
export async function measureCrowd({ scope, of }: Bench): Promise<Measured[]> {
  const many = of(10_000, 2_000)
  const bareKb = await bareSockets({ scope, of }, many)
  const gate = await startServed(scope, {
    kiosks: many / pagesOfOne,
    env: { QRGATE_MAX_SOCKETS: '40000', ...asOperated },
  })
  const { process } = gate
  const socketUrl = process.url.replace('http', 'ws') + paths.kiosk

  const before = { kb: await process.residentKb(), cpu: process.cpuMicros() }
  const started: StartAnswer[] = []
  const credentials = Array.from(
    { length: many },
    (_, n) => gate.credentials[n % (many / pagesOfOne)],
  )
  await someAtOnce(credentials, async credential => {
    const authorization = `Bearer ${credential}`
    const answer = await call(process.url + paths.signIns, {
      method: 'POST',
      headers: { authorization },
    })
    started.push(JSON.parse(answer) as StartAnswer)
  })
  const kiosks = started.map(signIn => kioskOf(socketUrl, signIn))
  await connectAll(kiosks)
  const startMs = (process.cpuMicros() - before.cpu) / 1000 / many
  await sleep(of(10_000, 5_000))
  const eachKb = ((await process.residentKb()) - before.kb) / many

  const idleMs = of(60_000, 30_000)
  const idleCpu = process.cpuMicros()
  await sleep(idleMs)
  // Of ten thousand, however many there were.
  const idle = ((process.cpuMicros() - idleCpu) / 1000 / idleMs) * 100 * (10_000 / many)

  const allBack = Promise.all(kiosks.map(kiosk => kiosk.heard()))
  await process.stop('SIGKILL')
  const back = await timed(async () => {
    await process.boot()
    await allBack
  })
  const ended = await timed(() => process.stop('SIGTERM'))
  for (const kiosk of kiosks) kiosk.leave()
  return [
    { goal: 'P7', value: eachKb / bareKb, parts: { eachKb, bareKb, kiosks: many } },
    { goal: 'P8', value: idle, parts: { kiosks: many } },
    { goal: 'P10', value: startMs, parts: { kiosks: many } },
    { goal: 'P10 back', value: back / 1000, parts: { kiosks: many } },
    { goal: 'P12', value: ended / 1000, parts: { kiosks: many } },
  ]
}

async function bareSockets({ scope, of }: Bench, many: number): Promise<number> {
  const floor = await MeasuredProcess.start(scope, {
    file: 'floor-sockets.ts',
    answersAt: '/',
    env: asOperated,
  })
  const url = floor.url.replace('http', 'ws')
  const before = await floor.residentKb()
  const kiosks = Array.from({ length: many }, () => new WaitingKiosk(url, 'watch'))
  await connectAll(kiosks)
  await sleep(of(10_000, 5_000))
  const each = ((await floor.residentKb()) - before) / many
  for (const kiosk of kiosks) kiosk.leave()
  await floor.stop('SIGTERM')
  return each
}
