import type { FastifyReply, FastifyRequest } from 'fastify'
import { maskedName } from '../../accounts/masked-name.ts'
import type { RememberedPhones } from '../../accounts/remembered-phones.ts'
import type { Clock } from '../../clock.ts'
import { phoneHash } from '../../protocol/phone-key.ts'
import { acceptsProof, allows } from '../../protocol/policy.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import { kioskCredentialCookie, type OwnCookie, rememberedCookie } from '../server/cookies.ts'
import type { OneTapForm } from './view.ts'

/** What a request's browser keeps of whoever is remembered on it: nothing at all in the browser of a screen. */
export interface Remembered {
  /** Proves the phone; empty where it is not remembered. */
  readonly secret: string
  /** Whether a form asks for it that may. */
  isWanted(form: { remember?: 'on' }): boolean
  /** Whether the phone could be of use at this kiosk. */
  isOpenAt(kiosk: Kiosk): boolean
  /** Whoever signs in at this kiosk by one tap; null where nobody does. */
  visitorAt(kiosk: Kiosk): Promise<OneTapForm['account'] | null>
  /** It has asked for it with a sign-in, which was approved: the same secret, however often it asks. */
  keep(signIn: string, phoneKey: string): void
  /** It has been of use: from now on it is good for as long again. */
  stay(): void
  /** Its owner says at a sign-in that it was somebody else. */
  forget(signIn: string, phoneKey: string): Promise<void>
}

export type RememberedOf = (request: FastifyRequest, reply: FastifyReply) => Remembered

export function readsRemembered(
  phones: Pick<RememberedPhones, 'find' | 'secretOf' | 'forgetSecret'>,
  publicUrl: string,
  clock: Clock,
): RememberedOf {
  const cookie: OwnCookie = rememberedCookie(publicUrl)
  const screenCookie = kioskCredentialCookie(publicUrl)

  return (request, reply) => {
    const isScreen = screenCookie.read(request) !== undefined
    const secret = isScreen ? '' : (cookie.read(request) ?? '')
    const isOpenAt = ({ policy }: Kiosk) => !isScreen && allows(policy, 'remembered')

    return {
      secret,
      isOpenAt,
      isWanted: ({ remember }) => remember === 'on' && !isScreen,

      async visitorAt(kiosk) {
        const returning = secret !== '' && isOpenAt(kiosk) ? await phones.find(secret) : null
        if (!returning) return null
        if (!acceptsProof(kiosk.policy, returning.phone.provenAt, clock())) return null
        const { id, name } = returning.account
        return { id, name, masked: maskedName(name, id) }
      },

      keep: (signIn, phoneKey) => cookie.write(reply, phones.secretOf(signIn, phoneKey)),
      stay: () => cookie.write(reply, secret),

      async forget(signIn, phoneKey) {
        if (secret === '') return
        await phones.forgetSecret(secret, { kind: 'phone', id: phoneHash(phoneKey, signIn) })
        cookie.clear(reply)
      },
    }
  }
}
