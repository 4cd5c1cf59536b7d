import type { FastifyReply, FastifyRequest } from 'fastify'
import type { CreationOptions, Passkeys } from '../../accounts/passkeys.ts'
import { phoneHash } from '../../protocol/phone-key.ts'
import { allows } from '../../protocol/policy.ts'
import type { SignIn } from '../../protocol/sign-in-row.ts'
import type { NewPasskeys } from '../../signin/new-passkeys.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import { kioskCredentialCookie, passkeyCookie } from '../server/cookies.ts'
import type { PasskeyOffer } from './view.ts'

/** What a request's browser may do with passkeys: nothing at all in the browser of a screen. */
export interface OfferedPasskeys {
  /** To sign in with one. */
  toUse(signIn: string, phoneKey: string, kiosk: Kiosk): PasskeyOffer | undefined
  /** To make one, after a sign-in. @param site its name in the language of the page. */
  toMake(
    signIn: SignIn,
    phoneKey: string,
    kiosk: Kiosk,
    site: string,
  ): Promise<CreationOptions | undefined>
  /** One was made or used here: the next time it stands first. */
  known(): void
}

export type OfferedPasskeysOf = (request: FastifyRequest, reply: FastifyReply) => OfferedPasskeys

export function offersPasskeys(
  passkeys: Pick<Passkeys, 'requestOptions'>,
  newPasskeys: Pick<NewPasskeys, 'offered'>,
  publicUrl: string,
): OfferedPasskeysOf {
  const cookie = passkeyCookie(publicUrl)
  const screenCookie = kioskCredentialCookie(publicUrl)

  return (request, reply) => {
    const isScreen = screenCookie.read(request) !== undefined
    return {
      toUse(signIn, phoneKey, { policy }) {
        if (isScreen || !allows(policy, 'passkey')) return undefined
        const bound = { to: signIn, phoneHash: phoneHash(phoneKey, signIn) }
        const options = passkeys.requestOptions(bound)
        return options ? { ...options, first: cookie.read(request) !== undefined } : undefined
      },

      async toMake(signIn, phoneKey, kiosk, site) {
        if (isScreen || cookie.read(request) !== undefined) return undefined
        return (await newPasskeys.offered(signIn, kiosk, phoneKey, site)) ?? undefined
      },

      known: () => cookie.write(reply, '1'),
    }
  }
}
