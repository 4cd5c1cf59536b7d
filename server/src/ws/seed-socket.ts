import { finalStates } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import { isApproved } from '../protocol/sign-in.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Delivery } from '../watch/delivery.ts'
import type { SocketLimits } from './socket-limits.ts'

/** Sends the bare text `success` once the sign-in is approved, and never who approved it. */
export function seedSocket(delivery: Delivery, limits: SocketLimits) {
  return (socket: WebSocket, { id, kiosk }: { id: string; kiosk: Kiosk }) => {
    if (!limits.admit(socket)) return
    // Everybody in the room can read the ticket: nobody may push the waiting screen off.
    const leave = limits.joinIfRoom(id, socket)
    if (!leave) return
    const watch = delivery.watch(id, kiosk, signIn => {
      if (isApproved(signIn)) {
        socket.send('success')
        socket.close(1000)
      } else if (finalStates.has(signIn.state)) {
        socket.close(1000, signIn.state)
      }
    })
    socket.on('close', () => {
      watch.stop()
      leave()
    })
  }
}
