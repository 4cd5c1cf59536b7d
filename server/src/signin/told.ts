import type { ClaimAnswer, Localized } from '@qrgate/sdk/protocol'
import type { Accounts } from '../accounts/accounts.ts'
import type { Clients } from '../clients/clients.ts'
import { Refusal } from '../errors.ts'
import type { Agreements } from '../protocol/agreement.ts'
import type { ClaimName } from '../protocol/claims.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { authTime } from '../protocol/sign-in.ts'
import type { Agreed, SignIn } from '../protocol/sign-in-row.ts'
import type { IdTokens } from '../signing/id-tokens.ts'
import type { Account } from '../store/account.ts'
import { type Decide, unchanged } from '../store/change.ts'
import type { Client } from '../store/client.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { WithSignIn } from '../store/sign-ins.ts'
import { type Subject, subjectKey } from '../store/subject.ts'
import { toldClaims } from './told-claims.ts'

/** What a sign-in page says before anybody signs in: who will be told what. */
export interface Told {
  /** The client's name. */
  client: Localized
  claims: readonly ClaimName[]
  /** What the form carries, so that just this is agreed to. */
  agreement: string
}

export interface TellingParts {
  clients: Pick<Clients, 'byId' | 'byCredential'>
  accounts: Pick<Accounts, 'subject'>
  agreements: Agreements
  idTokens: IdTokens
}

export type Telling = ReturnType<typeof createTelling>

/** Who is told what: on the page before, what the visitor agrees to, and what the client gets of it. */
export function createTelling({ clients, accounts, agreements, idTokens }: TellingParts) {
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

    /**
     * The client that a claim is for; null where nobody has shown a credential: a mere screen.
     * @throws Refusal `client_unknown`, or `client_wrong` where the kiosk is not this client's.
     */
    async asking(kiosk: Kiosk, credential: string | undefined): Promise<Client | null> {
      if (credential === undefined) return null
      const client = await clients.byCredential(credential)
      if (client.id !== kiosk.client) throw new Refusal('client_wrong')
      return client
    },

    /**
     * With the claim it is written down that the kiosk's client knows this account, and what was agreed
     * to; nothing of a client that had the kiosk before, which is told of no claim here any more.
     */
    known(kiosk: Kiosk, { client, claims }: SignIn, account: Account, now: number): WithSignIn {
      if (client === null || client !== kiosk.client) return {}
      const sub = accounts.subject(account, client)
      const next = { client, account: account.key, sub, claims: claims ?? [], toldAt: now }
      return { subjects: new Map([[subjectKey(next), becomes(next)]]) }
    },

    /** What the client gets besides what its screen does; nothing that was agreed with another one. */
    async told(
      client: Client,
      signIn: SignIn,
      account: Account,
    ): Promise<Pick<ClaimAnswer, 'claims' | 'id_token'>> {
      const { id, kiosk, client: agreedWith, claims: agreed, amr } = signIn
      if (agreedWith !== client.id) return {}
      const { sub, ...rest } = toldClaims(
        account,
        accounts.subject(account, client.id),
        agreed ?? [],
        client,
      )
      const token = await idTokens.sign({
        audience: client.id,
        sub,
        sid: id,
        kiosk,
        authTime: authTime(signIn),
        amr: amr ?? [],
        claims: rest,
      })
      return { claims: { sub, ...rest }, id_token: token }
    },
  }
}

/** Whoever agrees anew to the same is known already. */
function becomes(next: Subject): Decide<Subject> {
  return old => {
    const same = old !== null && old.claims.join() === next.claims.join()
    return same ? unchanged(old) : { next, events: [], quiet: true }
  }
}
