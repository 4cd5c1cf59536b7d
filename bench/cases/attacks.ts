import { localBus } from '../../server/src/bus/local.ts'
import { request, send } from '../../test/support/raw-http.ts'
import { frameBytes, opcodes, RawSocket } from '../../test/support/raw-socket.ts'
import { hostileTexts, validators } from '../../test/support/validators.ts'
import { startAt } from '../support/call.ts'
import { compare, median, row, timed, timedEach } from '../support/figures.ts'
import type { MeasuredProcess } from '../support/measured-process.ts'

/** What somebody else waits for, while the attack goes on and while none does. */
export async function measureAttacks(gate: MeasuredProcess): Promise<void> {
  const { url } = gate
  const start = () => startAt(url)
  const quiet = await timedEach(50, start)
  const token = await start()

  let over = false
  const checks = Array.from({ length: 50 }, async (_, n) => {
    while (!over) await fetchSignIn(url, token, `crowd-${n}`)
  })
  compare('S054', 'a start while fifty passwords wait', await timedEach(50, start), quiet)
  over = true
  await Promise.all(checks)

  const slow = Array.from({ length: 400 }, () => {
    const bytes = request(url, 'POST /api/v1/sign-ins', { 'content-length': '5000' }, 'x')
    return send(url, bytes)
  })
  await Promise.all(slow.map(({ sent }) => sent))
  compare('S075', 'a start beside 400 requests that never end', await timedEach(50, start), quiet)

  const flooder = await RawSocket.open(url)
  flooder.socket.resume()
  const pings = Buffer.concat(
    Array.from({ length: 50 }, () => frameBytes({ opcode: opcodes.ping })),
  )
  const flood = setInterval(() => flooder.socket.writable && flooder.socket.write(pings), 1)
  compare('S038', 'a start while pings flood in', await timedEach(50, start), quiet)
  clearInterval(flood)
  flooder.socket.destroy()

  const behind = await timedEach(20, async () => {
    await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/api/qr/start`)))
  })
  compare('S077', 'a hundred starts at once', behind, quiet)

  const texts = hostileTexts(50_000)
  for (const [name, validate] of Object.entries(validators)) {
    let worst = 0
    for (const text of texts) {
      const times = []
      for (let round = 0; round < 3; round += 1) times.push(await spent(validate, text))
      worst = Math.max(worst, median(times))
    }
    row('S076', `50 000 letters at ${name}`, `${worst.toFixed(2)} ms at worst`)
  }

  const bus = localBus()
  const subscribed = await timed(async () => {
    for (let n = 0; n < 10_000; n += 1) bus.subscribe(`topic ${n}`, () => {})
  })
  row('', 'ten thousand subscriptions', `${subscribed.toFixed(1)} ms`)
  await bus.close()
}

/** Over a connection of its own, as the others' own few are for who is measured. */
async function fetchSignIn(url: string, token: string, id: string): Promise<void> {
  const answer = await fetch(`${url}/api/qr/auth/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ id, pwd: 'wrong' }),
  })
  await answer.text()
}

async function spent(validate: (text: string) => unknown, text: string): Promise<number> {
  const began = performance.now()
  try {
    await validate(text)
  } catch {
    // A refusal is the right answer; only its time counts.
  }
  return performance.now() - began
}
