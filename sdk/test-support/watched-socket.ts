import type { Transport } from '../src/connection.ts'
import type { GateMessage } from '../src/protocol.ts'
import { KioskSocket } from '../src/socket.ts'
import type { Watcher } from '../src/watcher.ts'
import { FakeClock } from './fake-clock.ts'
import { FakePolls } from './fake-polls.ts'
import { FakeWebSocket } from './fake-web-socket.ts'

/** What the gate says first of a sign-in. */
export const pending = (id: string, seq = 0): GateMessage => ({
  type: 'state',
  id,
  seq,
  state: 'pending',
})

/** A socket with the greatest jitter, and what its watchers received. */
export function setUp(transport: Transport = 'auto') {
  FakeWebSocket.made = []
  const clock = new FakeClock()
  const received: string[] = []
  const watcher = (id: string): Watcher => ({
    id,
    kiosk_secret: `secret of ${id}`,
    renews: () => false,
    view: view => received.push(`${id} ${view.state} ${view.seq}`),
    frames: (ask, frames) => received.push(`${id} frames ${ask} ${frames.length}`),
    next: answer => received.push(`${id} next ${answer.id}`),
    connection: connection => received.push(`${id} ${connection}`),
    failed: error => received.push(`${id} failed ${error.code}`),
  })
  const polls = new FakePolls()
  const socket = new KioskSocket({
    client: polls,
    transport,
    clock,
    random: () => 1,
    WebSocket: FakeWebSocket as unknown as typeof WebSocket,
  })
  return { clock, received, watcher, socket, polls }
}

/** The same with one sign-in watched and heard of. */
export function watching() {
  const all = setUp()
  all.socket.watch(all.watcher('a'))
  FakeWebSocket.last.opens()
  FakeWebSocket.last.sends(pending('a'))
  return all
}
