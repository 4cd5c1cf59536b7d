import { WebSocket } from 'ws'
import { Kiosk } from '../test/support/kiosk.ts'
import { Phone } from '../test/support/phone.ts'
import { call, signInAt, startAt } from './call.ts'
import { compare } from './figures.ts'
import type { MeasuredProcess } from './measured-process.ts'

/** From the first byte of the POST to the kiosk's message. */
async function delivery(server: MeasuredProcess, socketPath: string, post: () => Promise<unknown>) {
  const socket = new WebSocket(server.url.replace('http', 'ws') + socketPath)
  const heard = new Promise<number>(resolve => {
    socket.on('message', data => data.toString() === 'success' && resolve(performance.now()))
  })
  await new Promise(resolve => socket.once('open', resolve))
  await new Promise(resolve => setTimeout(resolve, 5))
  const sent = performance.now()
  await post()
  const took = (await heard) - sent
  socket.close()
  return took
}

/** How soon a kiosk learns, beside a socket that is answered at once. */
export async function measureDelivery(floor: MeasuredProcess, gate: MeasuredProcess) {
  const [floors, gates]: [number[], number[]] = [[], []]
  for (let round = 0; round < 200; round += 1) {
    const done = () => call(`${floor.url}/done/${round}`, 'POST')
    floors.push(await delivery(floor, `/wait/${round}`, done))
    const token = await startAt(gate.url)
    const post = () => signInAt(gate.url, token, 'bench', 'bench')
    gates.push(await delivery(gate, `/api/qr/ws/loading/${token}`, post))
  }
  compare('', 'POST to kiosk, bare socket', floors, floors)
  compare('', 'POST to kiosk, gate with argon2id', gates, floors)

  const polls: number[] = []
  const kiosk = new Kiosk(gate.url)
  for (let round = 0; round < 50; round += 1) {
    const signIn = await kiosk.start()
    const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
    const at = `${gate.url}/api/v1/sign-ins/${signIn.id}?since=0&wait=25`
    const phone = new Phone(gate.url)
    const { id, receipt } = await phone.open(signIn.frame.url)
    const told = fetch(at, { headers }).then(async answer => {
      await answer.text()
      return performance.now()
    })
    await new Promise(resolve => setTimeout(resolve, 20))
    const tapped = performance.now()
    await phone.post(`/s/${id}/scan`, { receipt })
    polls.push((await told) - tapped)
  }
  compare('', 'scan to a poll that waits', polls, floors)
}
