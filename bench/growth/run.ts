// `npm run bench:growth`: P17, what a visit costs a gate that has kept a year, beside one that is new, in turns, on
// both engines. Exits with 1 where it costs over a fifth more on a quiet machine.
import { hash } from '@node-rs/argon2'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { patchedBy } from '../../test/patches/patched-process.ts'
import type { Scope } from '../../test/support/gate.ts'
import { addServedClient } from '../../test/support/hand-off-gate.ts'
import type { Kiosk } from '../../test/support/kiosk.ts'
import { Phone } from '../../test/support/phone.ts'
import { secretKey } from '../../test/support/production.ts'
import { Receiver } from '../../test/support/receiver.ts'
import { addAccountsTo } from '../../test/support/stored.ts'
import { agreementOn } from '../../test/support/told-clients.ts'
import { keep, machine, shown } from '../result.ts'
import { endedAfter } from '../support/ends.ts'
import { inTurns, median, medianOf, timesOf } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { origin, visitor, withoutLimits } from '../support/served-gate.ts'
import { type Engine, postgres, sqlite } from './engines.ts'
import { grown } from './fill.ts'
import { sealing, step } from './steps.ts'

const most = 1.2
const [rounds, visits] = [9, 60]

const result = {
  ...(await machine()),
  grown,
  engines: {} as Record<string, Record<string, { new: number; grown: number; times: number }>>,
}
for (const [name, open] of Object.entries({ sqlite, postgres })) {
  await endedAfter(async scope => {
    const figures = await measure(scope, await open(scope))
    result.engines[name] = figures
    for (const [what, { new: fresh, grown: full, times }] of Object.entries(figures)) {
      const mark = times <= most ? '✔' : '✖'
      console.log(
        `${mark} P17 ${name}: ${what} ${shown(fresh)} → ${shown(full)}, ${shown(times)} ×`,
      )
    }
  })
}
keep('growth', result)
const times = Object.values(result.engines).flatMap(figures => Object.values(figures))
process.exit(result.isQuiet && times.some(({ times }) => times > most) ? 1 : 0)

async function measure(scope: Scope, engine: Engine) {
  const receiver = await Receiver.start(scope)
  const start = (databaseUrl: string) =>
    MeasuredProcess.start(scope, {
      file: '../../server/src/boot/qrgate.ts',
      args: ['serve'],
      answersAt: '/healthz',
      env: {
        SECRET_KEY: secretKey,
        PUBLIC_URL: origin,
        QRGATE_TRUSTED_PROXIES: '127.0.0.1',
        QRGATE_WEBHOOK_HOSTS: receiver.host,
        DATABASE_URL: databaseUrl,
        ...withoutLimits,
        ...patchedBy('free-passwords'),
      },
    })
  const store = await engine.open(engine.url)
  await addAccountsTo(store, [
    { id: visitor.id, name: '홍길동', passwordHash: await hash(visitor.password, hashCost) },
  ])
  const first = await start(engine.url)
  const client = await addServedClient({ url: first.url, app: { store } }, receiver, { secretKey })
  await visit(first.url, client.kiosk)
  await first.stop('SIGTERM')
  await store.close()

  const large = await engine.grown()
  const stores = { new: await engine.open(engine.url), grown: await engine.open(large) }
  const stepMs = await inTurns(rounds, {
    new: () => step(stores.new),
    grown: () => step(stores.grown),
  })
  const sealingMs = await inTurns(rounds, {
    new: () => sealing(stores.new),
    grown: () => sealing(stores.grown),
  })
  await Promise.all(Object.values(stores).map(store => store.close()))

  const gates = { new: await start(engine.url), grown: await start(large) }
  const cost = { newMs: [] as number[], grownMs: [] as number[] }
  const took = await inTurns(rounds, {
    new: () => eachVisit(gates.new, cost.newMs),
    grown: () => eachVisit(gates.grown, cost.grownMs),
  })
  // So little is used that one collection of garbage is half of it: many looks.
  const idle = await inTurns(9, {
    new: () => idleCpu(gates.new),
    grown: () => idleCpu(gates.grown),
  })
  const compared = (fresh: number[], full: number[]) => ({
    new: median(fresh),
    grown: median(full),
    times: medianOf(timesOf, full, fresh),
  })
  return {
    'CPU of a visit, ms': compared(took.new, took.grown),
    'a visit from the start to its number, ms': compared(
      cost.newMs.slice(1),
      cost.grownMs.slice(1),
    ),
    'a step of a sign-in, ms': compared(stepMs.new, stepMs.grown),
    'sealing 500 events, ms': compared(sealingMs.new, sealingMs.grown),
    'CPU of an idle gate, ms a second': compared(idle.new, idle.grown),
  }

  async function eachVisit(gate: MeasuredProcess, wall: number[]): Promise<number> {
    const before = gate.cpuMicros()
    const ms: number[] = []
    for (let n = 0; n < visits; n += 1) {
      const began = performance.now()
      await visit(gate.url, client.kiosk.at(gate.url))
      ms.push(performance.now() - began)
    }
    wall.push(median(ms))
    return (gate.cpuMicros() - before) / 1000 / visits
  }
}

/** From the start to the number on the kiosk. */
async function visit(url: string, kiosk: Kiosk): Promise<void> {
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const phone = new Phone(url, { 'accept-language': 'ko', origin })
  const { page, receipt } = await phone.open(signIn.frame.url)
  const { id, password } = visitor
  const fields = { account: id, password, receipt, agreement: agreementOn(page) }
  const answer = await phone.post(`/s/${signIn.id}/sign-in`, fields)
  if (answer.status !== 200) throw new Error(`sign in: ${answer.status} ${await answer.text()}`)
  await kiosk.claimed(signIn)
  await socket.until(said => said.type === 'state' && said.hand_off?.state === 'accepted')
  socket.cut()
}

async function idleCpu(gate: MeasuredProcess): Promise<number> {
  const seconds = 10
  const before = gate.cpuMicros()
  await new Promise(resolve => setTimeout(resolve, seconds * 1000))
  return (gate.cpuMicros() - before) / 1000 / seconds
}
