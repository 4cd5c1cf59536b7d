import type { Localized } from '@qrgate/sdk/protocol'
import { Refusal } from '../errors.ts'
import type { Agreements } from '../protocol/agreement.ts'
import type { ClaimName } from '../protocol/claims.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import type { Agreed } from '../protocol/sign-in.ts'
import type { Client } from '../store/client.ts'
import type { Kiosk } from '../store/kiosk.ts'

/** What a sign-in page says before anybody signs in: who will be told what. */
export interface Told {
  /** The client's name. */
  client: Localized
  claims: readonly ClaimName[]
  /** What the form carries, so that just this is agreed to. */
  agreement: string
}

export interface TellingParts {
  clients: { byId(id: string): Promise<Client | null> }
  agreements: Agreements
}

export type Telling = ReturnType<typeof createTelling>

/** Who is told what: on the page before, and what the visitor has agreed to after. */
export function createTelling({ clients, agreements }: TellingParts) {
  return {
    /** Null where nobody is told anything: the kiosk has no client. */
    async shown(id: string, phoneKey: string, kiosk: Kiosk): Promise<Told | null> {
      const client = kiosk.client === null ? null : await clients.byId(kiosk.client)
      if (!client) return null
      const { claims } = client
      const agreed = { client: client.id, claims }
      const agreement = agreements.mint(id, phoneHash(phoneKey, id), agreed)
      return { client: client.name, claims, agreement }
    },

    /**
     * What was on the page that a form was sent from. Without a word of it nothing was agreed to.
     * @throws Refusal `agreement_wrong` for what no page of this phone ever said.
     */
    agreed(id: string, phoneKey: string, agreement: string | undefined): Agreed | null {
      if (!agreement) return null
      const agreed = agreements.read(id, phoneHash(phoneKey, id), agreement)
      if (!agreed) throw new Refusal('agreement_wrong')
      return agreed
    },
  }
}
