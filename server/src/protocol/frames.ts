import type { Frame } from '@qrgate/sdk/protocol'
import { startedAt } from './sign-in-id.ts'
import type { Tickets } from './ticket.ts'

/** How QR codes rotate, in milliseconds. */
export interface Rotation {
  /** A new frame this often. */
  every: number
  /** A frame is accepted this long after its time … */
  acceptedLate: number
  /** … and this long before it, as the kiosk may show it a moment early. */
  acceptedEarly: number
}

/** Enough for one question of the kiosk; it asks again before they run out. Each question costs more than its frames. */
const batch = 60_000

export interface FrameParts {
  tickets: Tickets
  rotation: Rotation
  /** Writes a ticket as the QR's URL. */
  address(ticket: string): string
}

/** The frame of this moment. */
export function currentFrame(id: string, kiosk: number, now: number, parts: FrameParts): Frame {
  return framesOf(id, kiosk, parts)(now)
}

/** The frames of the next minute, none of them beyond the sign-in's own end. */
export function nextFrames(
  id: string,
  kiosk: number,
  now: number,
  parts: FrameParts & { pending: number },
): Frame[] {
  const { every } = parts.rotation
  const frameAt = framesOf(id, kiosk, parts)
  const end = Math.min(now + batch, startedAt(id) + parts.pending)
  // From the current frame's own beginning on, so that the last one reaches the end of the batch.
  const first = now - (Math.max(0, now - startedAt(id)) % every)
  const frames: Frame[] = []
  for (let at = first; at < end; at += every) {
    const frame = frameAt(at)
    frames.push({ ...frame, starts_in_ms: frame.starts_in_ms + (at - now) })
  }
  return frames
}

/** Makes the frame of any moment. */
function framesOf(id: string, kiosk: number, { tickets, rotation, address }: FrameParts) {
  const { every } = rotation
  const mint = tickets.series(id, kiosk)
  return (now: number): Frame => {
    const age = Math.max(0, now - startedAt(id))
    const at = age - (age % every)
    return { url: address(mint(Math.floor(at / 1000))), starts_in_ms: at - age, lasts_ms: every }
  }
}

/** When a kiosk shows a frame. @param seconds its ticket's age. @returns milliseconds since 1970. */
export function frameTime(seconds: number, id: string): number {
  return startedAt(id) + seconds * 1000
}

/** True while a frame of this age may be scanned. */
export function isFresh(seconds: number, id: string, now: number, rotation: Rotation): boolean {
  const age = now - frameTime(seconds, id)
  return age >= -rotation.acceptedEarly && age <= rotation.acceptedLate
}
