import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { call, type Sent } from '../support/call.ts'
import { inTurns, median, medianOf, over } from '../support/figures.ts'
import { MeasuredProcess } from '../support/measured-process.ts'
import { origin, startServed } from '../support/served-gate.ts'

const atOnce = 50

/** P1: what a start costs the server beside a bare Fastify. */
export async function measureRequests({ scope, of }: Bench): Promise<Measured[]> {
  const calls = of(4_000, 2_000)
  const floor = await MeasuredProcess.start(scope, { file: 'floor-server.ts', answersAt: '/json' })
  const gate = await startServed(scope, { env: { QRGATE_SEED_API: '1' } })
  const [credential] = gate.credentials
  const cookie = `__Host-qrgate-kiosk=${credential}`

  const cpuOf = (server: MeasuredProcess, path: string, sent?: Sent) => async () => {
    const before = server.cpuMicros()
    for (let done = 0; done < calls; done += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, () => call(server.url + path, sent)))
    }
    return (server.cpuMicros() - before) / calls
  }
  const started = { method: 'POST', headers: { cookie, origin } }
  const took = await inTurns(of(9, 5), {
    fastify: cpuOf(floor, '/json'),
    jwt: cpuOf(gate.process, '/api/qr/start'),
    kiosk: cpuOf(gate.process, '/api/v1/sign-ins', started),
  })
  const fastify = median(took.fastify)
  return [
    {
      goal: 'P1 jwt',
      value: medianOf(over, took.jwt, took.fastify),
      parts: { jwtMicros: median(took.jwt), fastifyMicros: fastify },
    },
    {
      goal: 'P1 kiosk',
      value: medianOf(over, took.kiosk, took.fastify),
      parts: { kioskMicros: median(took.kiosk), fastifyMicros: fastify },
    },
  ]
}
