import { base32nopad } from '@scure/base'
import { type Keyring, mac, sameBytes } from './keyring.ts'
import { signInIdFromBytes, signInIdToBytes } from './sign-in-id.ts'

/** What a QR says: which sign-in at which kiosk, and how old the picture is. Public by nature. */
export interface Ticket {
  id: string
  /** The kiosk's number, 32 bit. */
  kiosk: number
  /** Seconds between the start of the sign-in and this frame, 16 bit. */
  seconds: number
}

/** Mints and reads the tickets of one public origin. */
export interface Tickets {
  mint(ticket: Ticket): string
  /** Mints the tickets of one sign-in at one kiosk, frame by frame: what they share is laid out once. */
  series(id: string, kiosk: number): (seconds: number) => string
  /** The ticket, or undefined for anything that {@link mint} did not write, to the letter. */
  read(text: string): Ticket | undefined
}

/** Layout: format 4 bit, key id 4 bit | UUIDv7 16 byte | kiosk 4 | seconds 2 | MAC 10. */
const format = 1
const bodyLength = 23
const macLength = 10
const textLength = Math.ceil(((bodyLength + macLength) * 8) / 5)
export const ticketPattern = /^[A-Z2-7]{53}$/

/**
 * Tickets of 53 characters of base32, so that the QR needs 33×33 modules for hosts of up to 22
 * characters. The MAC covers a context string, the origin and every field, cut to 80 bit: a
 * forgery is one guess in 2^80 against a code that lives 30 s.
 */
export function compactTickets(keyring: Keyring, origin: string): Tickets {
  const seal = (key: Keyring['current'], body: Uint8Array) =>
    mac(key, 'qrgate ticket 1', origin, body).subarray(0, macLength)

  const series: Tickets['series'] = (id, kiosk) => {
    const key = keyring.current
    // Of a pool; every byte of it is written below.
    const ticket = Buffer.allocUnsafe(bodyLength + macLength)
    const body = ticket.subarray(0, bodyLength)
    body.writeUInt8((format << 4) | (key.id & 0x0f), 0)
    body.set(signInIdToBytes(id), 1)
    body.writeUInt32BE(kiosk, 17)
    return seconds => {
      body.writeUInt16BE(seconds, 21)
      ticket.set(seal(key, body), bodyLength)
      return base32nopad.encode(ticket)
    }
  }

  return {
    mint: ({ id, kiosk, seconds }) => series(id, kiosk)(seconds),
    series,

    read(text) {
      if (text.length !== textLength || !ticketPattern.test(text)) return undefined
      const bytes = decode(text)
      if (!bytes) return undefined
      const body = bytes.subarray(0, bodyLength)
      const first = body.readUInt8(0)
      if (first >> 4 !== format) return undefined
      const genuine = keyring.accepted.some(
        key =>
          (key.id & 0x0f) === (first & 0x0f) &&
          sameBytes(seal(key, body), bytes.subarray(bodyLength)),
      )
      if (!genuine) return undefined
      return {
        id: signInIdFromBytes(body.subarray(1, 17)),
        kiosk: body.readUInt32BE(17),
        seconds: body.readUInt16BE(21),
      }
    },
  }
}

function decode(text: string): Buffer | undefined {
  try {
    return Buffer.from(base32nopad.decode(text))
  } catch {
    // The spare bit is set: a second spelling of the same ticket is not a ticket.
    return undefined
  }
}

/**
 * The address in a QR. Capitals keep all but the scheme in the QR's small alphanumeric mode; the scheme
 * stays as browsers write it, because some cameras open no `HTTPS:`, though it is the same (RFC 3986 §3.1).
 * @param origin as `PUBLIC_URL` says it.
 */
export function ticketAddress(origin: string): (ticket: string) => string {
  const { protocol } = new URL(origin)
  const start = `${protocol}${origin.slice(protocol.length).toUpperCase()}/Q/`
  return ticket => start + ticket
}
