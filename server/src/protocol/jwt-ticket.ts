import { type Key, type Keyring, macOfText, sameText } from './keyring.ts'
import { isSignInId, startedAt } from './sign-in-id.ts'

/** Mints and reads the tickets of the seed's API. */
export interface JwtTickets {
  mint(id: string): string
  /** The sign-in's id, or undefined for anything that {@link mint} did not write, to the letter. */
  read(text: string): string | undefined
}

/** A genuine token has 167 characters; one of the older form about 370, by the length of the origin. */
const longest = 1024

/** What the keys are derived for: a token says nothing of its origin, so another origin has other keys. */
export const jwtPurpose = (origin: string) => `jwt ticket of ${origin}`
export const olderJwtPurpose = 'jwt ticket'

/**
 * The seed's tickets: a JWT (RFC 7519) with `uuid`, `exp` and an HS256 signature, and no more than
 * these, because the seed's own page draws it into a QR: each character makes its modules smaller.
 *
 * A ticket is a function of id and key. So reading means taking the id out of the payload, minting the
 * ticket again and comparing: whatever differs by one bit is not ours. No header of the token is ever
 * obeyed, which leaves `alg`, `kid`, `jku` and duplicate claims nothing to attack.
 * @param keyring derived for {@link jwtPurpose} of the public origin.
 * @param pendingSeconds how long a sign-in may wait for its approval.
 */
export function jwtTickets(keyring: Keyring, pendingSeconds: number): JwtTickets {
  const written = (key: Key): Write => {
    const sign = signer(key, { alg: 'HS256', typ: 'JWT' })
    return id => sign({ uuid: id, exp: startOf(id) + pendingSeconds })
  }
  const mint = written(keyring.current)
  return { mint, read: reader(keyring.accepted.map(written), 'uuid') }
}

/**
 * Reads the tickets that QRGate wrote before: whoever waits or signs in with one while the gate is
 * brought up to date goes on. Nothing mints them.
 * @param keyring derived for {@link olderJwtPurpose}.
 */
export function olderJwtReader(
  keyring: Keyring,
  origin: string,
  pendingSeconds: number,
): JwtTickets['read'] {
  const written = (key: Key): Write => {
    const kid = key.id.toString(16)
    const sign = signer(key, { alg: 'HS256', typ: 'qrgate-ticket+jwt', kid })
    return id => {
      const iat = startOf(id)
      return sign({ iss: origin, aud: origin, jti: id, kiosk: 0, iat, exp: iat + pendingSeconds })
    }
  }
  return reader(keyring.accepted.map(written), 'jti')
}

type Write = (id: string) => string

/** Writes JWTs (RFC 7519 §7.1) under one header. A library would take longer than all the rest of a start. */
function signer(key: Key, header: object): (payload: object) => string {
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const head = encoded(header)
  return payload => {
    const text = `${head}.${encoded(payload)}`
    return `${text}.${macOfText(key, text).toString('base64url')}`
  }
}

/** When a sign-in began, in seconds, as a JWT counts. */
const startOf = (id: string) => Math.floor(startedAt(id) / 1000)

function reader(writes: readonly Write[], claim: string): JwtTickets['read'] {
  return text => {
    const id = text.length <= longest ? claimed(text, claim) : undefined
    return id !== undefined && writes.some(write => sameText(write(id), text)) ? id : undefined
  }
}

/** The id that the payload gives, unproven. */
function claimed(text: string, claim: string): string | undefined {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(text.split('.')[1] ?? '', 'base64url').toString(),
    )
    if (typeof payload !== 'object' || payload === null) return undefined
    const id = (payload as Record<string, unknown>)[claim]
    return typeof id === 'string' && isSignInId(id) ? id : undefined
  } catch {
    return undefined
  }
}
