import type { Localized } from '@qrgate/sdk/protocol'
import type { OwnPasskey, Passkeys } from '../accounts/passkeys.ts'
import type { RememberedPhones } from '../accounts/remembered-phones.ts'
import type { Clients } from '../clients/clients.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import {
  type HandOff,
  type HandOffTimings,
  mayCancel,
  observeHandOff,
} from '../protocol/hand-off.ts'
import { isApproved, observe } from '../protocol/sign-in.ts'
import type { SignIn, Timings } from '../protocol/sign-in-row.ts'
import type { Account } from '../store/account.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { LogRecords, LogRow } from '../store/log.ts'
import type { RememberedPhone } from '../store/remembered-phone.ts'
import type { SignIns } from '../store/sign-ins.ts'

export interface OwnAccountParts {
  store: {
    signIns: Pick<SignIns, 'of'>
    handOffs: Pick<HandOffRecords, 'of'>
    log: Pick<LogRecords, 'find' | 'waiting'>
  }
  phones: Pick<RememberedPhones, 'of'>
  passkeys: Pick<Passkeys, 'of'>
  kiosks: Pick<Kiosks, 'known'>
  clients: Pick<Clients, 'byId'>
  clock: Clock
  timings: Timings
  handOffTimings: HandOffTimings
}

/** Where somebody is signed in. */
export interface OwnVisit {
  id: string
  kiosk: Localized
  /** Of the client that was told of them. */
  client: Localized | null
  since: number
}

/** What somebody has asked for, and can still take back. */
export interface OwnNumber {
  id: string
  service: Localized
  client: Localized | null
  /** Null until there is one. */
  number: string | null
}

export interface Overview {
  visits: OwnVisit[]
  numbers: OwnNumber[]
  phones: RememberedPhone[]
  passkeys: OwnPasskey[]
}

/** One thing that the log tells of an account. */
export interface OwnEvent {
  at: number
  event: string
  kiosk: Localized | null
}

/** How far back the page tells what has happened, in milliseconds; the export tells all that is kept. */
const historyLife = 90 * 86_400_000
const longestHistory = 200

/** What a gate shows of one account to its owner; nothing of anybody else. */
export type OwnAccount = ReturnType<typeof createOwnAccount>

export function createOwnAccount(parts: OwnAccountParts) {
  const { store, phones, passkeys, kiosks, clients, clock, timings, handOffTimings } = parts

  const kioskName = async (number: number): Promise<Localized> => {
    const kiosk = await kiosks.known(number).catch(error => {
      if (error instanceof Refusal && error.status < 500) return null
      throw error
    })
    return kiosk?.name ?? { ko: `${number}`, en: `${number}` }
  }
  const clientName = async (id: string | null): Promise<Localized | null> =>
    id === null ? null : ((await clients.byId(id))?.name ?? null)

  const signInsOf = async ({ key }: Account): Promise<SignIn[]> => {
    const now = clock()
    return (await store.signIns.of(key)).map(row => observe(row, now, timings))
  }
  const handOffsOf = async ({ key }: Account): Promise<HandOff[]> => {
    const now = clock()
    return (await store.handOffs.of(key)).map(row => observeHandOff(row, now, handOffTimings))
  }

  /** The newest first. */
  const eventsOf = async ({ key: account }: Account): Promise<LogRow[]> => {
    const query = { account, since: clock() - historyLife }
    // In this order: what is sealed between the two is in both, and not in neither.
    const waiting = await store.log.waiting(query, 'newest', longestHistory)
    const sealed = await store.log.find(query, 'newest', longestHistory)
    const rows = new Map([...sealed, ...waiting].map(row => [row.row, row]))
    return [...rows.values()].toSorted((a, b) => b.row - a.row).slice(0, longestHistory)
  }

  return {
    async overview(account: Account): Promise<Overview> {
      const [signIns, handOffs] = [await signInsOf(account), await handOffsOf(account)]
      const visits = signIns.filter(isApproved).map(
        async ({ id, kiosk, client, approvedAt }): Promise<OwnVisit> => ({
          id,
          kiosk: await kioskName(kiosk),
          client: await clientName(client),
          since: approvedAt ?? 0,
        }),
      )
      const numbers = handOffs.filter(mayCancel).map(
        async ({ id, service, client, ticket }): Promise<OwnNumber> => ({
          id,
          service: service.name,
          client: await clientName(client),
          number: ticket?.number ?? null,
        }),
      )
      return {
        visits: await Promise.all(visits),
        numbers: await Promise.all(numbers),
        phones: await phones.of(account),
        passkeys: await passkeys.of(account),
      }
    },

    /** The newest first. */
    async history(account: Account): Promise<OwnEvent[]> {
      const rows = await eventsOf(account)
      const numbers = [...new Set(rows.flatMap(({ kiosk }) => kiosk ?? []))]
      const named = numbers.map(async number => [number, await kioskName(number)] as const)
      const names = new Map(await Promise.all(named))
      return rows.map(({ at, event, kiosk }) => ({
        at: at ?? 0,
        event: event ?? '',
        kiosk: (kiosk !== null && names.get(kiosk)) || null,
      }))
    },
  }
}
