import type { CryptoKey } from 'jose'
import { importJWK } from 'jose/key/import'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { system } from '../protocol/log-event.ts'
import type { SealedTexts } from '../protocol/sealed-text.ts'
import type { SigningKey, SigningKeyRecords } from '../store/signing-key.ts'
import { within } from '../within.ts'
import { algorithm, type PublicJwk, publicJwkOf } from './jwk.ts'
import { publishedKeys, signersOf, withKey } from './key-set.ts'
import { newSigningKey, sealedRow, signingKeyAdded } from './new-key.ts'

/** What signs now. */
export interface Signer {
  kid: string
  key: CryptoKey
}

export interface SigningKeys {
  /**
   * The key to sign with now. Where this node can use none, it makes one that signs at once; of several
   * nodes that do so at the same time one makes it.
   * @throws Refusal `storage_busy`.
   */
  signer(): Promise<Signer>
  /**
   * The keys whose tokens may be good (RFC 7517 §5), from memory where the database does not answer.
   * @throws Refusal `storage_busy` where they were never read.
   */
  published(): Promise<PublicJwk[]>
}

export interface SigningKeysParts {
  records: SigningKeyRecords
  /** Of the purpose `signing key`. */
  sealed: SealedTexts
  clock: Clock
  /** For durations, which no correction of a clock may stretch. */
  monotonic?: () => number
}

/** A node signs with what it has read within this time, in milliseconds: so soon a leaked key is out. */
const freshToSign = 5_000
/** A key that signs at once is shown by every node after this time at the latest. */
const freshToShow = 1_000
/** How long readers of the keys wait for the database, in milliseconds. */
const patience = 500

/** Nothing runs by itself: rows are read again when they are asked for and what is known is old. */
export function createSigningKeys(parts: SigningKeysParts): SigningKeys {
  const { records, sealed, clock, monotonic = () => performance.now() } = parts
  let known: { keys: readonly SigningKey[]; at: number } | undefined
  let reading: Promise<readonly SigningKey[]> | undefined
  let making: Promise<Signer> | undefined
  const imported = new Map<string, Promise<CryptoKey>>()

  const read = async () => {
    const at = monotonic()
    const keys = await records.all()
    known = { keys, at }
    return keys
  }
  const keysOf = async (freshFor: number) => {
    if (known && monotonic() - known.at < freshFor) return known.keys
    reading ??= read().finally(() => {
      reading = undefined
    })
    return reading
  }

  const jwkOf = ({ id, privateKey }: SigningKey) => sealed.open(sealedRow(id), privateKey)
  const importKey = async (jwk: string) => {
    const key = await importJWK(JSON.parse(jwk), algorithm)
    if (key instanceof Uint8Array) throw new Error('a signing key is a shared secret')
    return key
  }
  /** @returns null where none of them is ours to use. */
  const signerAmong = async (keys: readonly SigningKey[]): Promise<Signer | null> => {
    for (const signingKey of signersOf(keys, clock())) {
      const kid = signingKey.id
      const jwk = imported.has(kid) ? null : jwkOf(signingKey)
      if (jwk !== null) imported.set(kid, importKey(jwk))
      const key = await imported.get(kid)
      if (key) return { kid, key }
    }
    return null
  }

  const make = async (): Promise<Signer> => {
    const added = await newSigningKey(sealed, clock())
    const { next } = await records.update(old => {
      const usable = signersOf(old, clock()).some(key => jwkOf(key) !== null)
      if (usable) return { next: old, events: [] }
      return { next: withKey(old, added), events: [signingKeyAdded(added, system)] }
    })
    known = { keys: next, at: monotonic() }
    const signer = await signerAmong(next)
    if (signer === null) throw new Error('a signing key was made that cannot be used')
    return signer
  }

  return {
    async signer() {
      const signer = await signerAmong(await keysOf(freshToSign))
      if (signer) return signer
      making ??= make().finally(() => {
        making = undefined
      })
      return making
    },

    async published() {
      const tooLate = () => new Refusal('storage_busy', 'the signing keys could not be read')
      const keys = await within(patience, keysOf(freshToShow), tooLate).catch(error => {
        if (!known) throw error
        return known.keys
      })
      return publishedKeys(keys, clock()).flatMap(({ id, publicKey }) => {
        return publicJwkOf(JSON.parse(publicKey), id) ?? []
      })
    },
  }
}
