import { createSigner } from 'fast-jwt'
import { type Key, type Keyring, sameText } from './keyring.ts'
import { isSignInId, startedAt } from './sign-in-id.ts'
import type { Ticket, Tickets } from './ticket.ts'

const type = 'qrgate-ticket+jwt'
/** A genuine token has about 370 characters; the origin is the only part of free length. */
const longest = 1024

/**
 * The seed's tickets: a JWT (RFC 7519) with UUID, expiry and HS256 signature.
 *
 * A ticket is a function of id, kiosk and key. So reading means taking the two out of the payload,
 * minting the ticket again and comparing: whatever differs by one bit is not ours. No header of the
 * token is ever obeyed, which leaves `alg`, `kid`, `jku` and duplicate claims nothing to attack.
 * @param pendingSeconds how long a sign-in may wait for its scan.
 */
export function jwtTickets(keyring: Keyring, origin: string, pendingSeconds: number): Tickets {
  const sign = signerOf(keyring.current)
  const signers = keyring.accepted.map(signerOf)
  const write = (sign: Sign, { id, kiosk }: Ticket) => {
    const iat = Math.floor(startedAt(id) / 1000)
    const exp = iat + pendingSeconds
    return sign({ iss: origin, aud: origin, jti: id, kiosk, iat, exp })
  }

  return {
    mint: ticket => write(sign, ticket),

    read(text) {
      const ticket = text.length <= longest ? claimed(text) : undefined
      if (!ticket) return undefined
      return signers.some(signer => sameText(write(signer, ticket), text)) ? ticket : undefined
    },
  }
}

type Sign = (claims: Record<string, string | number>) => string

function signerOf(key: Key): Sign {
  const header = { alg: 'HS256', typ: type }
  return createSigner({ algorithm: 'HS256', key: key.bytes, kid: key.id.toString(16), header })
}

/** What the payload says, unproven. */
function claimed(text: string): Ticket | undefined {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(text.split('.')[1] ?? '', 'base64url').toString(),
    )
    if (typeof payload !== 'object' || payload === null) return undefined
    const { jti, kiosk } = payload as { jti?: unknown; kiosk?: unknown }
    if (typeof jti !== 'string' || !isSignInId(jti)) return undefined
    if (typeof kiosk !== 'number' || !Number.isInteger(kiosk)) return undefined
    return { id: jti, kiosk }
  } catch {
    return undefined
  }
}
