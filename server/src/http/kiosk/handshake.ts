import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../errors.ts'
import type { Kiosks } from '../../kiosks/kiosks.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import type { OwnCookie } from '../server/cookies.ts'

export interface HandshakeParts {
  publicUrl: string
  /** Other origins whose pages may open a socket; `*` for any. */
  allowedOrigins: readonly string[]
  credential: OwnCookie
  kiosks: Pick<Kiosks, 'byCredential'>
}

/** What the handshake of a kiosk's socket says of the other end. */
export interface Handshake {
  address: string
  /** There when our own page sent a kiosk's credential along. */
  page?: {
    /** The number of its kiosk; absent where the credential is not good, or could not be looked up. */
    kiosk?: number
    /** Looks the credential up again. @throws Refusal `kiosk_not_enrolled` or `kiosk_revoked`. */
    prove(): Promise<Kiosk>
  }
}

/**
 * Reads the handshake of a kiosk's socket.
 *
 * The cookie says which kiosk this is and `Origin` that our own page asks: a page of another origin on
 * the same host would send the cookie too, and a program may send any `Origin` but has no cookie.
 * @throws Refusal `cross_site` for pages of origins that may not open sockets at all.
 */
export async function readHandshake(
  request: FastifyRequest,
  { publicUrl, allowedOrigins, credential, kiosks }: HandshakeParts,
): Promise<Handshake> {
  const { ip: address } = request
  const { origin } = request.headers
  requireAllowed(origin, [publicUrl, ...allowedOrigins])
  const value = credential.read(request)
  if (origin !== publicUrl || value === undefined) return { address }
  const prove = () => kiosks.byCredential(value, true)
  try {
    const { number } = await prove()
    return { address, page: { kiosk: number, prove } }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    // The socket must open all the same: what is wrong is said in answer to its `hello`.
    return { address, page: { prove } }
  }
}

/** A page of a foreign site must not open sockets; programs that are no browsers send no Origin. */
function requireAllowed(origin: string | undefined, allowed: readonly string[]): void {
  if (origin === undefined || allowed.includes('*') || allowed.includes(origin)) return
  throw new Refusal('cross_site')
}
