import type { Client } from './client.ts'
import type { Transport } from './connection.ts'
import { KioskSocket } from './socket.ts'

const sockets = new Map<string, KioskSocket>()

/** The page's one socket to a gate. */
export function socketTo(client: Client, transport: Transport): KioskSocket {
  const way = `${transport} ${client.server}`
  const socket = sockets.get(way) ?? new KioskSocket({ client, transport })
  sockets.set(way, socket)
  return socket
}
