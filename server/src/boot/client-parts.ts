import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts/accounts.ts'
import { type Clients, createClients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import type { EventLog } from '../logger.ts'
import { agreements } from '../protocol/agreement.ts'
import type { Keyring } from '../protocol/keyring.ts'
import { createKnownSubject, type KnownSubject } from '../signin/known-subject.ts'
import { createTelling, type Telling } from '../signin/told.ts'
import { createIdTokens } from '../signing/id-tokens.ts'
import { createSigningKeys, type SigningKeys } from '../signing/signing-keys.ts'
import { startSigningKeys } from '../signing/start.ts'
import type { Store } from '../store/store.ts'
import { sealsOf } from './seals.ts'

/** All that is there for clients: who they are, what they are told, and what signs it. */
export interface ClientParts {
  clients: Clients
  knownSubject: KnownSubject
  telling: Telling
  signingKeys: SigningKeys
  /**
   * Brings their secrets and the signing keys under the current `SECRET_KEY`, and warns of those whose
   * key is gone. Never fails: a database that cannot be written to now keeps no gate from starting.
   */
  sealAnew(): Promise<void>
}

export interface ClientPartsNeeds {
  config: Config
  store: Store
  accounts: Accounts
  /** Of the purpose `agreement`. */
  keyring: Keyring
  clock: Clock
  /** For durations, which no correction of a clock may stretch. */
  ticks: () => number
  logger: EventLog
  onError(error: unknown): void
}

export function createClientParts(needs: ClientPartsNeeds): ClientParts {
  const { config, store, accounts, keyring, clock, ticks, logger, onError } = needs
  const { publicUrl } = config
  const clients = createClients({
    records: store.clients,
    sealed: sealsOf(config, 'webhook secret'),
    clock,
    randomBytes,
  })
  const records = store.signingKeys
  const sealed = sealsOf(config, 'signing key')
  const signingKeys = createSigningKeys({ records, sealed, clock, monotonic: ticks })
  const idTokens = createIdTokens({ keys: signingKeys, issuer: `${publicUrl}/oidc`, clock })

  return {
    clients,
    knownSubject: createKnownSubject({ subjects: store.subjects, accounts }),
    telling: createTelling({
      clients,
      accounts,
      agreements: agreements(keyring, publicUrl),
      idTokens,
    }),
    signingKeys,
    async sealAnew() {
      const onLost = (keys: readonly string[], words: string) => logger.warn({ keys }, words)
      await startSigningKeys({ keys: signingKeys, records, sealed, clock, onLost, onError })
      const lost = await clients.reseal().catch(onError)
      if (!lost || lost.length === 0) return
      logger.warn({ clients: lost }, 'no accepted key opens their webhook secrets')
    },
  }
}
