import { finalStates } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import { isApproved } from '../protocol/sign-in.ts'
import type { SeedWatcher } from '../signin/seed-flow.ts'
import type { SocketLimits } from './socket-limits.ts'

/**
 * Sends the bare text `success` once the sign-in is approved, and never who approved it. The present
 * state is told as soon as it is read, so whoever was away meanwhile has missed nothing.
 */
export function seedSocket(limits: SocketLimits) {
  return (socket: WebSocket, address: string, { id, kiosk, watch }: SeedWatcher) => {
    if (!limits.admit(socket, address) || !limits.watches(socket, kiosk)) return
    const leave = limits.joinCrowd(id, socket)
    const { stop } = watch(signIn => {
      if (isApproved(signIn)) {
        socket.send('success')
        socket.close(closed)
      } else if (finalStates.has(signIn.state)) {
        socket.close(closed, signIn.state)
      }
    })
    socket.on('close', () => {
      stop()
      leave()
    })
  }
}

/** RFC 6455 §7.4.1: normal closure. */
const closed = 1000
