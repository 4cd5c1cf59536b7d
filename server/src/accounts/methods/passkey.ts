import type { Passkeys } from '../passkeys.ts'
import type { Prove } from './proof.ts'

/**
 * A passkey of the phone, or of a key that its owner has. It names its account itself.
 * @param text the browser's answer as JSON.
 * @throws Refusal `method_not_allowed`, `passkey_wrong`.
 */
export function byPasskey(passkeys: Pick<Passkeys, 'recognise'>, text: string): Prove {
  return async ({ by, signIn, requireOpen }) => {
    requireOpen('passkey')
    const { account, passkey, also } = await passkeys.recognise(text, {
      to: signIn,
      phoneHash: by.id,
    })
    // RFC 8176: a key that never leaves its hardware or one that does, and a person who was verified by it.
    const amr = [passkey.synced ? 'swk' : 'hwk', 'user']
    return { account, method: 'passkey', amr, also: { passkeys: also } }
  }
}
