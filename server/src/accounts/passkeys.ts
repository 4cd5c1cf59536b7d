import { generateKeyPairSync } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Actor, LogEvent, LogEventName } from '../protocol/log-event.ts'
import type { Ceremony, PasskeyChallenges } from '../protocol/passkey-challenge.ts'
import type { Account, AccountRecords } from '../store/account.ts'
import { type Change, type Changes, type Decide, unchanged } from '../store/change.ts'
import type { Passkey, PasskeyRecords } from '../store/passkey.ts'
import { requireName } from './account-name.ts'
import {
  type Assertion,
  type Attestation,
  readAssertion,
  readAttestation,
} from './passkey-messages.ts'

/** How many passkeys an account may have. */
const mostPasskeys = 20

/** Of EdDSA, ES256 and RS256 (RFC 9053): what phones and keys make. */
const algorithms = [-8, -7, -257]

/** What a ceremony is bound to: what it is for, of which there is one, and one phone. */
export interface Bound {
  /** A sign-in's id, or what a page of its own has made. */
  to: string
  /** The hash of the phone's key there. */
  phoneHash: string
}

/** What a page asks the browser for to sign in (WebAuthn §5.5); anybody's passkey of this domain will do. */
export interface RequestOptions {
  challenge: string
  rpId: string
}

/** What a page asks the browser for to make one (WebAuthn §5.4). */
export interface CreationOptions {
  challenge: string
  rp: { id: string; name: string }
  user: { id: string; name: string; displayName: string }
  algorithms: readonly number[]
  /** Those that the account has: an authenticator that has one of them makes no other. */
  exclude: readonly { id: string; transports: readonly string[] }[]
}

export interface OwnPasskey extends Passkey {
  works: boolean
}

/** Whose passkey it was, and what signing in with it does to its row. */
export interface Recognised {
  account: Account
  passkey: Passkey
  also: Changes<string, Passkey>
}

export interface PasskeysParts {
  records: PasskeyRecords
  accounts: Pick<AccountRecords, 'byKey'>
  challenges: PasskeyChallenges
  /** The origin of the gate's pages. */
  origin: string
  /** The rpId; null where no browser makes passkeys. */
  domain: string | null
  clock: Clock
}

/**
 * Passkeys of accounts: made after a sign-in, then a way to sign in. The library checks messages and
 * signatures (WebAuthn Level 3 §7.1, §7.2); here stands what it leaves to a relying party: whose passkey it
 * is, that it is still there, that its page was no frame, and that a challenge is ours, in time and for this.
 */
export type Passkeys = ReturnType<typeof createPasskeys>

export function createPasskeys(parts: PasskeysParts) {
  const { records, accounts, challenges, origin, domain, clock } = parts

  const expected = (ceremony: Ceremony, { to, phoneHash }: Bound, rpId: string) => ({
    expectedChallenge: (challenge: string) =>
      challenges.isGood(challenge, ceremony, to, phoneHash, clock()),
    expectedOrigin: origin,
    expectedRPID: rpId,
    requireUserVerification: true,
  })

  /** The same refusal for whatever is wrong, so that nobody learns which passkeys are known here. */
  const verified = async (
    { id, response }: Assertion,
    passkey: Passkey,
    bound: Bound,
  ): Promise<number> => {
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server')
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response,
      ...expected('get', bound, passkey.domain),
      credential: {
        id,
        publicKey: Buffer.from(passkey.publicKey, 'base64url'),
        // Looked at under the row's lock; the library would do so before the signature.
        counter: 0,
      },
    }).catch(error => {
      throw wrong(`${error}`)
    })
    if (!verified) throw wrong('the signature')
    // Whether a passkey may be on other devices is settled as it is made (§6.1.3).
    const isSynced = authenticationInfo.credentialDeviceType === 'multiDevice'
    if (isSynced !== passkey.synced) throw wrong('its backup flag is another')
    return authenticationInfo.newCounter
  }

  /** Under the row's lock: what is removed signs nobody in, and no count is used twice. */
  const use =
    (signCount: number, now: number): Decide<Passkey> =>
    old => {
      if (!old || old.removedAt !== null) throw wrong('it was removed')
      const isCounted = signCount > 0 || old.signCount > 0
      if (isCounted && signCount <= old.signCount) throw wrong('its count has been used')
      return { next: { ...old, signCount, usedAt: now }, events: [], quiet: true }
    }

  const having = async (account: string): Promise<Passkey[]> =>
    (await records.of(account)).filter(({ removedAt }) => removedAt === null)

  const works = (passkey: Passkey) => passkey.domain === domain
  /** Those of other domains count for nothing: their owner makes new ones. */
  const working = async (account: string) => (await having(account)).filter(works)

  /** Of a passkey that the account has. */
  const change = async (
    id: string,
    account: string,
    decide: (old: Passkey) => Change<Passkey>,
  ): Promise<void> => {
    if (!(await having(account)).some(passkey => passkey.id === id)) {
      throw new Refusal('not_found')
    }
    await records.update(id, old => {
      if (old?.account !== account) throw new Refusal('not_found')
      // It is gone meanwhile, which is as good.
      return old.removedAt === null ? decide(old) : unchanged(old)
    })
  }

  return {
    /** Null where no browser makes passkeys. */
    requestOptions({ to, phoneHash }: Bound): RequestOptions | null {
      if (domain === null) return null
      return { challenge: challenges.mint('get', to, phoneHash, clock()), rpId: domain }
    },

    /**
     * Whose passkey has signed.
     * @param text the browser's answer as JSON (§5.1.8).
     * @throws Refusal `passkey_wrong`, for whatever is wrong.
     */
    async recognise(text: string, bound: Bound): Promise<Recognised> {
      const assertion = readAssertion(text)
      if (domain === null || !assertion) throw wrong('no assertion')
      const found = await records.byId(assertion.id)
      const isKnown = found?.removedAt === null && found.domain === domain
      // The same work for all: nobody learns by the time it takes which passkeys are known here.
      const passkey = isKnown ? found : nobodysPasskey(domain)
      const account = await accounts.byKey(passkey.account)
      const signCount = await verified(assertion, passkey, bound).catch(error => {
        throw isKnown ? error : wrong('nobody has this passkey')
      })
      const userHandle = userHandleOf(passkey.account)
      if (!isKnown || assertion.userHandle !== userHandle) throw wrong('it is of another account')
      if (!account || account.disabledAt !== null) {
        throw Object.assign(wrong('the account cannot be used'), { account: passkey.account })
      }
      return { account, passkey, also: new Map([[passkey.id, use(signCount, clock())]]) }
    },

    /** Null where no browser makes passkeys, or the account has as many as it may have. */
    async creationOptions(
      { key, id, name }: Account,
      site: string,
      { to, phoneHash }: Bound,
    ): Promise<CreationOptions | null> {
      if (domain === null) return null
      const known = await working(key)
      if (known.length >= mostPasskeys) return null
      return {
        challenge: challenges.mint('create', to, phoneHash, clock()),
        rp: { id: domain, name: site },
        user: { id: userHandleOf(key), name: id, displayName: name || id },
        algorithms,
        exclude: known.map(({ id, transports }) => ({ id, transports })),
      }
    },

    /**
     * Adds a passkey to an account whose owner has just proven who they are.
     * @param text the browser's answer as JSON (§5.1.8).
     * @param name what its owner calls it; the same passkey once more changes nothing.
     * @throws Refusal `passkey_wrong`.
     */
    async add(
      text: string,
      { key: account }: Account,
      name: string,
      bound: Bound,
      by: Actor,
    ): Promise<void> {
      const attestation = readAttestation(text)
      if (domain === null || !attestation) throw wrong('no attestation')
      const { id, publicKey, signCount, synced } = await made(attestation, bound, domain)
      const known = await working(account)
      const isKnown = known.some(passkey => passkey.id === id)
      if (!isKnown && known.length >= mostPasskeys) throw wrong('there are too many')
      const now = clock()
      const next: Passkey = {
        ...{ id, account, domain, publicKey, signCount, synced, name },
        transports: attestation.transports,
        ...{ createdAt: now, usedAt: null, removedAt: null },
      }
      const event = passkeyEvent('passkey.added', next, by, now)
      await records.update(id, old => {
        if (!old) return { next, events: [event] }
        // Whoever has it is not told to anybody else (§7.1, step 26).
        if (old.account !== account || old.removedAt !== null) throw wrong('it is known already')
        return unchanged(old)
      })
    },

    /** @throws Refusal `not_found` where the account has no such passkey, `name_invalid`. */
    async rename(id: string, { key }: Pick<Account, 'key'>, typed: string, by: Actor) {
      const name = requireName(typed)
      await change(id, key, old =>
        old.name === name
          ? unchanged(old)
          : { next: { ...old, name }, events: [passkeyEvent('passkey.renamed', old, by, clock())] },
      )
    },

    /** It signs nobody in any more. @throws Refusal `not_found` where the account has no such passkey. */
    async remove(id: string, { key }: Pick<Account, 'key'>, by: Actor) {
      const removedAt = clock()
      await change(id, key, old => {
        const events = [passkeyEvent('passkey.removed', old, by, removedAt)]
        return { next: { ...old, removedAt }, events }
      })
    },

    /** In the order in which they were added, and whether their owner may sign in with each at this domain. */
    async of({ key }: Pick<Account, 'key'>): Promise<OwnPasskey[]> {
      return (await having(key)).map(passkey => ({ ...passkey, works: works(passkey) }))
    },
  }

  async function made({ response }: Attestation, bound: Bound, rpId: string) {
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server')
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response,
      ...expected('create', bound, rpId),
      supportedAlgorithmIDs: [...algorithms],
    }).catch(error => {
      throw wrong(`${error}`)
    })
    if (!verified) throw wrong('the attestation')
    const { credential, credentialDeviceType } = registrationInfo
    return {
      id: credential.id,
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      signCount: credential.counter,
      synced: credentialDeviceType === 'multiDevice',
    }
  }
}

/** The account's key as the bytes that an authenticator keeps: it says nothing of its owner (§14.6.1). */
function userHandleOf(account: string): string {
  return Buffer.from(account).toString('base64url')
}

/** COSE_Key of ES256 (RFC 9053 §7.1.1), whose private half is nowhere; base64url. */
let nobodysKey: string | undefined

/** What an assertion is compared with that names no passkey of ours. */
function nobodysPasskey(domain: string): Passkey {
  nobodysKey ??= newCoseKey()
  return {
    ...{ id: '', account: '', domain, publicKey: nobodysKey, signCount: 0, synced: true, name: '' },
    ...{ transports: [], createdAt: 0, usedAt: null, removedAt: null },
  }
}

function newCoseKey(): string {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
  const [head, between] = [Buffer.from('a5010203262001215820', 'hex'), Buffer.from('225820', 'hex')]
  const point = [Buffer.from(x, 'base64url'), between, Buffer.from(y, 'base64url')]
  return Buffer.concat([head, ...point]).toString('base64url')
}

/** @param why for the log only. */
function wrong(why: string): Refusal {
  return new Refusal('passkey_wrong', why)
}

function passkeyEvent(
  event: LogEventName,
  { id, account }: Passkey,
  actor: Actor,
  at: number,
): LogEvent {
  const subject = { kind: 'account', id: account } as const
  return { event, at, actor, subject, account, detail: { name: id.slice(0, 8) } }
}
