import { randomBytes } from 'node:crypto'
import type { Localized } from '@qrgate/sdk/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { createKiosks, type Kiosks } from '../kiosks/kiosks.ts'
import { OperatorError } from '../operator-error.ts'
import { policyVersion } from '../protocol/policy.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Store } from '../store/store.ts'
import { present } from './client-command.ts'
import { isoTime, kioskNumberOf, operator, say, sayJson, warn, withStore } from './command.ts'

/** `qrgate kiosk add` */
export async function addKiosk(
  name: string,
  { nameEn, backend, client: id }: { nameEn?: string; backend?: boolean; client?: string },
): Promise<void> {
  await withStore(async (store, config, clock) => {
    const kiosks = kiosksOf(store, clock)
    const names = { ko: name, en: nameEn ?? name }
    const client = id === undefined ? null : (await present(store, id)).id
    const warnIfSame = async (kiosk: Kiosk) => warnOfNamesakes(store, kiosk)
    if (backend) {
      const { kiosk, credential } = await kiosks.enrol(names, operator(), client)
      say(
        `Kiosk ${kiosk.number} added. Its backend starts sign-ins with this credential, shown once:`,
      )
      say(`\n  Authorization: Bearer ${credential}\n`)
      return warnIfSame(kiosk)
    }
    const { kiosk, link } = await kiosks.invite(names, operator(), client)
    say(`Kiosk ${kiosk.number} added. ${linkWords}`)
    say(`\n  ${config.publicUrl}/enrol/${link}\n`)
    await warnIfSame(kiosk)
  })
}

/** `qrgate kiosk link` */
export async function linkKiosk(text: string): Promise<void> {
  await withStore(async (store, config, clock) => {
    const again = kiosksOf(store, clock).inviteAgain(kioskNumberOf(text), operator())
    const { kiosk, link } = await again.catch(unlessUnknown(store, text))
    say(`A new link for kiosk ${kiosk.number}, ${kiosk.name.ko}. ${linkWords}`)
    say(`\n  ${config.publicUrl}/enrol/${link}\n`)
    if (kiosk.credentialHash === null) return
    say('Its present screen works until then; it is out as soon as the link is used.')
  })
}

const linkWords = 'Open this link on its screen within a day; it enrols one screen:'

/** `qrgate kiosk list` */
export async function listKiosks({ json = false }: { json?: boolean }): Promise<void> {
  await withStore(async store => {
    const clients = (await store.clients.all()).filter(({ removedAt }) => removedAt === null)
    const present = new Set(clients.map(({ id }) => id))
    const longest = Math.max(1, ...clients.map(({ id }) => id.length))
    const kiosks = await store.kiosks.all()
    if (json) return sayJson(kiosks.map(kiosk => kioskJson(kiosk, present)))
    for (const kiosk of kiosks) {
      // Of a removed client a kiosk has none.
      const client = present.has(kiosk.client ?? '') ? `${kiosk.client}` : '-'
      const state = `${stateOf(kiosk).padEnd(9)}  ${client.padEnd(longest)}`
      say(`${`${kiosk.number}`.padStart(6)}  ${state}  ${kiosk.name.ko}`)
    }
  }, 'look')
}

/** `qrgate kiosk set`; every node knows within 5 s. */
export async function setKiosk(
  text: string,
  { name, nameEn, client }: { name?: string; nameEn?: string; client?: string },
): Promise<void> {
  if (name === undefined && nameEn === undefined && client === undefined) {
    throw new OperatorError('Say what to change: --name, --name-en or --client.')
  }
  await withStore(async (store, _config, clock) => {
    if (client !== undefined && client !== 'none') await present(store, client)
    const change = {
      name: {
        ...(name !== undefined && { ko: name }),
        ...(nameEn !== undefined && { en: nameEn }),
      },
      ...(client !== undefined && { client: client === 'none' ? null : client }),
    }
    const set = kiosksOf(store, clock).set(kioskNumberOf(text), change, operator())
    const kiosk = await set.catch(unlessUnknown(store, text))
    say(`Kiosk ${kiosk.number} is ${kiosk.name.ko} (${kiosk.name.en}).`)
    say(kiosk.client === null ? 'It has no client.' : `Its client is ${kiosk.client}.`)
    await warnOfNamesakes(store, kiosk)
  })
}

/** `qrgate kiosk revoke`; every node looks for revocations by itself. */
export async function revokeKiosk(text: string): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const number = kioskNumberOf(text)
    const known = await store.kiosks.byNumber(number)
    if (known && known.revokedAt !== null && known.removedAt === null) {
      say(`Kiosk ${number} was switched off already.`)
      return
    }
    await kiosksOf(store, clock).revoke(number, operator()).catch(unlessUnknown(store, text))
    say(`Kiosk ${number} is switched off.`)
  })
}

/** `qrgate kiosk remove` */
export async function removeKiosk(text: string): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const number = kioskNumberOf(text)
    await kiosksOf(store, clock).remove(number, operator()).catch(unlessUnknown(store, text))
    say(`Kiosk ${number} is gone from the list; its number is given to no other.`)
  })
}

/** Says that there is no such kiosk, or none in use, unless it was something else. */
function unlessUnknown(store: Store, text: string): (error: unknown) => Promise<never> {
  return async error => {
    if (!(error instanceof Refusal)) throw error
    const { code } = error
    if (code !== 'kiosk_not_enrolled' && code !== 'kiosk_revoked') throw error
    const kiosk = await store.kiosks.byNumber(kioskNumberOf(text))
    if (!kiosk || kiosk.removedAt !== null) throw new OperatorError(`There is no kiosk ${text}.`)
    throw new OperatorError(`Kiosk ${text} was switched off, for good; add a new one.`)
  }
}

/** Whoever stands before two kiosks of one name cannot tell which of them the phone speaks of. */
async function warnOfNamesakes({ kiosks }: Store, { number, name }: Kiosk): Promise<void> {
  const isSame = (other: Kiosk) =>
    other.number !== number && other.revokedAt === null && hasSameName(other.name, name)
  const [other] = (await kiosks.all()).filter(isSame)
  if (other) warn(`Kiosk ${other.number} has that name too: visitors cannot tell the two apart.`)
}

function hasSameName(one: Localized, other: Localized): boolean {
  const languages = ['ko', 'en'] as const
  return languages.some(language => one[language].toLowerCase() === other[language].toLowerCase())
}

function kiosksOf(store: Store, clock: Clock): Kiosks {
  return createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
}

/** @param present ids of the clients that are there. */
function kioskJson(kiosk: Kiosk, present: ReadonlySet<string>): object {
  const { number, name, client, linkExpiresAt, linkUsedAt, policy } = kiosk
  return {
    number,
    name,
    state: stateOf(kiosk),
    client: present.has(client ?? '') ? client : null,
    policy_version: policyVersion(policy),
    // Until when its link may be used, where nobody has.
    link_expires_at: linkUsedAt === null ? isoTime(linkExpiresAt) : null,
    created_at: isoTime(kiosk.createdAt),
    revoked_at: isoTime(kiosk.revokedAt),
  }
}

function stateOf({ revokedAt, credentialHash }: Kiosk): string {
  if (revokedAt !== null) return 'revoked'
  return credentialHash === null ? 'invited' : 'enrolled'
}
