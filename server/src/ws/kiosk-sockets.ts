import { closeCodes } from '@qrgate/sdk/protocol'
import type { WebSocket } from 'ws'
import { KioskSocket, type KioskSocketParts, type Peer } from './kiosk-socket.ts'

/** The sockets of this node's kiosks. */
export interface KioskSockets {
  /** Speaks to one page, about all its sign-ins; each is proven by its own kiosk secret. */
  listen(socket: WebSocket, peer: Peer): void
  /** Closes the sockets of a kiosk that was revoked. */
  drop(kiosk: number): void
  /** The kiosks whose own pages are here, each with the version of the policy that a page was told. */
  told(): [kiosk: number, version: number][]
  /** Tells the own pages of a kiosk its present policy. */
  tellPolicy(kiosk: number): void
}

export function createKioskSockets(parts: KioskSocketParts): KioskSockets {
  const open = new Set<KioskSocket>()

  return {
    listen(socket, peer) {
      if (!parts.limits.admit(socket, peer.address, peer.page?.kiosk)) return
      const page = new KioskSocket(socket, peer, parts)
      open.add(page)
      socket.on('close', () => open.delete(page))
    },

    drop(kiosk) {
      for (const page of open) if (page.concerns(kiosk)) page.close(closeCodes.forbidden)
    },

    told() {
      const told = [...open].flatMap(page => page.told ?? [])
      return told.map(({ kiosk, policy }) => [kiosk, policy])
    },

    tellPolicy(kiosk) {
      for (const page of open) if (page.told?.kiosk === kiosk) page.tellPolicy()
    },
  }
}
