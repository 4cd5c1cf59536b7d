import { WebSocket } from 'ws'
import { startAt } from './call.ts'
import { row } from './figures.ts'
import type { MeasuredProcess } from './measured-process.ts'

/** Memory of one waiting socket, in kilobytes. */
async function perSocket(server: MeasuredProcess, path: () => Promise<string>): Promise<number> {
  const sockets: WebSocket[] = []
  const before = server.rssKb()
  for (let made = 0; made < 2_000; made += 100) {
    const paths = await Promise.all(Array.from({ length: 100 }, path))
    await Promise.all(
      paths.map(each => {
        const socket = new WebSocket(server.url.replace('http', 'ws') + each)
        sockets.push(socket)
        return new Promise(resolve => socket.once('open', resolve))
      }),
    )
  }
  await new Promise(resolve => setTimeout(resolve, 2_000))
  const each = (server.rssKb() - before) / sockets.length
  for (const socket of sockets) socket.terminate()
  return each
}

/** What a waiting kiosk costs beside a bare socket. */
export async function measureMemory(floor: MeasuredProcess, gate: MeasuredProcess): Promise<void> {
  let number = 0
  const bare = await perSocket(floor, async () => `/wait/s${++number}`)
  const waiting = await perSocket(gate, async () => {
    return `/api/qr/ws/loading/${await startAt(gate.url)}`
  })
  const figures = `${waiting.toFixed(1)} KB, ${bare.toFixed(1)} KB bare, ${(waiting / bare).toFixed(2)}`
  row('', 'memory of a waiting kiosk', figures)
}
