import { hash, verify } from '@node-rs/argon2'
import { WebSocket } from 'ws'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { patchedBy } from '../../test/patches/patched-process.ts'
import type { Kiosk } from '../../test/support/kiosk.ts'
import { password, startProduction } from '../../test/support/production.ts'
import { untilReady } from '../../test/support/readiness.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { approval } from '../support/approve.ts'
import { call } from '../support/call.ts'
import { inTurns, median, medianOf, over, timed, timedEach, timesOf } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { startServed, withoutLimits } from '../support/served-gate.ts'

/** P3, P4, P5: from the first byte of the phone's submit to the kiosk's message, milliseconds. */
export async function measureDelivery({ scope, of }: Bench): Promise<Measured[]> {
  const each = of(40, 10)
  const floor = await MeasuredProcess.start(scope, { file: 'floor-server.ts', answersAt: '/json' })
  const withHash = await startServed(scope)
  const without = await startServed(scope, { freePasswords: true })
  const production = await startProduction(scope, {
    env: { ...withoutLimits, ...patchedBy('free-passwords') },
  })
  await production.addAccounts(['홍길동'])
  const [a, b] = production.nodes
  await untilReady(production.nodes, 'ready')
  const kiosks: Kiosk[] = []
  // One alone may not have as many visitors a minute.
  while (kiosks.length < 4) kiosks.push((await production.enrol(a.url)).kiosk)
  let turn = 0
  const across = () => {
    turn += 1
    return kiosks[turn % kiosks.length] as Kiosk
  }
  const passwordHash = await hash(password, hashCost)

  const once = {
    floor: () => floorDelivery(floor.url),
    without: () => approval(without.kiosk(), without.phone()),
    withHash: () => approval(withHash.kiosk(), withHash.phone()),
    across: () => approval(across(), production.phone(b.url), production.url),
    hash: () => timed(() => verify(passwordHash, password)),
  }
  // A gate of yesterday: its code is compiled, and so is the floor's, which has less of it.
  for (const work of Object.values(once)) await timedEach(of(300, 100), work)
  const times = (work: () => Promise<number>) => async () => {
    const took: number[] = []
    for (let n = 0; n < each; n += 1) took.push(await work())
    return median(took)
  }
  const took = await inTurns(of(9, 5), {
    floor: times(once.floor),
    without: times(once.without),
    withHash: times(once.withHash),
    across: times(once.across),
    hash: times(once.hash),
  })
  const parts = Object.fromEntries(
    Object.entries(took).map(([name, rounds]) => [`${name}Ms`, median(rounds)]),
  )
  const beyondHash = medianOf(over, took.withHash, took.hash)
  return [
    { goal: 'P3', value: medianOf(timesOf, took.without, took.floor), parts },
    { goal: 'P4', value: medianOf(over, took.across, took.without), parts },
    { goal: 'P5', value: beyondHash, parts },
  ]
}

let floors = 0

/** A socket that is answered as soon as the POST is read. */
async function floorDelivery(url: string): Promise<number> {
  floors += 1
  const socket = new WebSocket(`${url.replace('http', 'ws')}/wait/${floors}`)
  const heard = new Promise<number>(resolve => {
    socket.on('message', data => data.toString() === 'success' && resolve(performance.now()))
  })
  await new Promise(resolve => socket.once('message', resolve))
  const sent = performance.now()
  const answered = call(`${url}/done/${floors}`, { method: 'POST' })
  const took = (await heard) - sent
  await answered
  socket.close()
  return took
}
