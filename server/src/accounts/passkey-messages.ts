import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import Type, { type Static } from 'typebox'
import { Compile } from 'typebox/compile'

/** A browser's answer as a form carries it; the longest that authenticators make have a quarter of it. */
export const longestMessage = 8192

/** Base64url. */
const bytes = (maxLength: number) => Type.String({ pattern: '^[A-Za-z0-9_-]+$', maxLength })
const id = bytes(1364)

const assertion = Type.Object({
  id,
  clientDataJSON: bytes(2048),
  authenticatorData: bytes(2048),
  signature: bytes(1024),
  userHandle: bytes(88),
})

const attestation = Type.Object({
  id,
  clientDataJSON: bytes(2048),
  attestationObject: bytes(longestMessage),
  transports: Type.Array(Type.String({ pattern: '^[a-z-]{1,20}$' }), { maxItems: 8 }),
})

const isAssertion = Compile(assertion)
const isAttestation = Compile(attestation)

/** What an authenticator has signed (WebAuthn Level 3 §5.2.2). */
export interface Assertion {
  id: string
  userHandle: string
  response: AuthenticationResponseJSON
}

/** What an authenticator has made (WebAuthn Level 3 §5.2.1). */
export interface Attestation {
  transports: string[]
  response: RegistrationResponseJSON
}

/** @returns null for what is none, or comes from a page in a frame. */
export function readAssertion(text: string): Assertion | null {
  const sent = parsed<Static<typeof assertion>>(text, isAssertion)
  if (!sent || isFramed(sent.clientDataJSON)) return null
  const { id, userHandle, ...response } = sent
  const envelope = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
  return { id, userHandle, response: { ...envelope, response: { ...response, userHandle } } }
}

/** @returns null for what is none, or comes from a page in a frame. */
export function readAttestation(text: string): Attestation | null {
  const sent = parsed<Static<typeof attestation>>(text, isAttestation)
  if (!sent || isFramed(sent.clientDataJSON)) return null
  const { id, transports, ...response } = sent
  const envelope = { id, rawId: id, type: 'public-key', clientExtensionResults: {} } as const
  return { transports, response: { ...envelope, response } }
}

function parsed<T>(text: string, schema: { Check(value: unknown): boolean }): T | null {
  try {
    const value: unknown = JSON.parse(text)
    return schema.Check(value) ? (value as T) : null
  } catch {
    return null
  }
}

/** Nobody embeds our pages: a ceremony in a frame is none that we have begun (§13.4.2). */
function isFramed(clientDataJSON: string): boolean {
  try {
    const data: unknown = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    const { crossOrigin, topOrigin } = data as { crossOrigin?: unknown; topOrigin?: unknown }
    return (crossOrigin !== undefined && crossOrigin !== false) || topOrigin !== undefined
  } catch {
    return true
  }
}
