import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts/accounts.ts'
import type { Bus } from '../bus/bus.ts'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { type Asking, createAsking } from '../handoff/asking.ts'
import { createHandOffs, type HandOffs } from '../handoff/hand-offs.ts'
import { createStaff, type Staff } from '../handoff/staff.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import { createLimit } from '../limits/limit.ts'
import type { EventLog } from '../logger.ts'
import type { ClaimName } from '../protocol/claims.ts'
import type { HandOff } from '../protocol/hand-off.ts'
import type { Moves } from '../signin/moves.ts'
import { createServices, type Services } from '../signin/services.ts'
import { toldClaims } from '../signin/told-claims.ts'
import type { Client } from '../store/client.ts'
import type { Store } from '../store/store.ts'
import { createWebhookPost, type OwnClient, type WebhookPost } from '../webhooks/post.ts'
import { createHealth, createNotifying, type Notifying } from './notifying-parts.ts'

/** What visitors came for: what they may ask for, who is asked, and who comes when they call. */
export interface HandOffParts {
  services: Services
  handOffs: HandOffs
  asking: Asking
  notifying: Notifying
  staff: Staff
  post: WebhookPost
}

export interface HandOffPartsNeeds {
  config: Config
  own: OwnClient | undefined
  store: Store
  bus: Bus
  moves: Moves
  clients: Clients
  accounts: Accounts
  kiosks: Kiosks
  clock: Clock
  /** For durations, which no correction of a clock may stretch. */
  ticks: () => number
  logger: EventLog
  onError(error: unknown): void
}

/** Whoever taps again and again calls once. */
const callsPerKiosk = { name: 'staff calls', points: 1, duration: 60 }

/** In a visit, which is no longer; nobody changes their mind so often. */
const choicesPerSignIn = { name: 'choices', points: 20, duration: 600 }

export function createHandOffParts(needs: HandOffPartsNeeds): HandOffParts {
  const { config, store, bus, moves, clients, accounts, kiosks, clock, ticks, logger } = needs
  const { handOffTimings: timings } = config
  const records = store.handOffs
  const post = createWebhookPost({ allowed: config.webhookHosts, own: needs.own, clock })
  const onFailed = ({ id, client, kiosk, service, tries }: HandOff, why: string) => {
    const handOff = { id, client, kiosk, service: service.id, tries, why }
    logger.warn({ handOff }, 'a visitor got no number: somebody must help')
  }
  const handOffs = createHandOffs({ records, bus, clock, timings, onFailed })
  const health = createHealth(store, clock, logger)
  const claimsOf = async (key: string, agreed: readonly ClaimName[], client: Client) => {
    const account = await store.accounts.byKey(key)
    if (!account || account.removedAt !== null) return null
    return toldClaims(account, accounts.subject(account, client.id), agreed, client)
  }
  const asking = createAsking({
    records,
    handOffs,
    clients,
    kiosk: number => kiosks.known(number),
    claimsOf: ({ account, claims }, client) => claimsOf(account, claims, client),
    post,
    health,
    clock,
    timings,
    random: Math.random,
    onFailed,
    onError: needs.onError,
  })
  const services = createServices({
    moves,
    handOffs: records,
    clients,
    clock,
    timings,
    choices: createLimit('too_many', choicesPerSignIn, ticks),
    randomBytes,
    onRequested: asking.soon,
    onChanged: id => bus.publish(id),
  })
  const calls = createLimit('too_many', callsPerKiosk, ticks)
  const staff = createStaff({ clients, log: store.log, clock, calls })
  const notifying = createNotifying({ ...needs, claimsOf, post, health })
  return { services, handOffs, asking, notifying, staff, post }
}
