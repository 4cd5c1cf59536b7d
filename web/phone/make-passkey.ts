import { toBytes, toText } from './bytes.ts'

/** As the server writes it (server/src/accounts/passkeys.ts). */
export interface CreationOptions {
  challenge: string
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  algorithms: readonly number[]
  exclude: readonly { id: string; transports: readonly AuthenticatorTransport[] }[]
}

/**
 * What an authenticator has made, as JSON; empty where it has one of this account already, null where its owner
 * does not want it after all.
 */
export async function make({ challenge, rp, user, algorithms, exclude }: CreationOptions) {
  const publicKey: PublicKeyCredentialCreationOptions = {
    challenge: toBytes(challenge),
    rp,
    user: { ...user, id: toBytes(user.id) },
    pubKeyCredParams: algorithms.map(alg => ({ type: 'public-key', alg })),
    excludeCredentials: exclude.map(({ id, transports }) => ({
      type: 'public-key',
      id: toBytes(id),
      transports: [...transports],
    })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  }
  try {
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential
    const response = credential.response as AuthenticatorAttestationResponse
    return JSON.stringify({
      id: credential.id,
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    })
  } catch (error) {
    // WebAuthn Level 3 §5.1.3: one of those that it was to leave out.
    return error instanceof DOMException && error.name === 'InvalidStateError' ? '' : null
  }
}
