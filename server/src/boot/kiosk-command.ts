import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal, type RefusalCode } from '../errors.ts'
import { createKiosks, type Kiosks } from '../kiosks/kiosks.ts'
import { OperatorError } from '../operator-error.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Store } from '../store/store.ts'
import { present } from './client-command.ts'
import { kioskNumberOf, operator, say, withStore } from './command.ts'

/** `qrgate kiosk add` */
export async function addKiosk(
  name: string,
  { nameEn, backend, client: id }: { nameEn?: string; backend?: boolean; client?: string },
): Promise<void> {
  await withStore(async (store, config, clock) => {
    const kiosks = kiosksOf(store, clock)
    const names = { ko: name, en: nameEn ?? name }
    const client = id === undefined ? null : (await present(store, id)).id
    if (backend) {
      const { kiosk, credential } = await kiosks.enrol(names, operator(), client)
      say(
        `Kiosk ${kiosk.number} added. Its backend starts sign-ins with this credential, shown once:`,
      )
      say(`\n  Authorization: Bearer ${credential}\n`)
      return
    }
    const { kiosk, link } = await kiosks.invite(names, operator(), client)
    say(
      `Kiosk ${kiosk.number} added. Open this link on its screen within a day; it enrols one screen:`,
    )
    say(`\n  ${config.publicUrl}/enrol/${link}\n`)
  })
}

/** `qrgate kiosk list` */
export async function listKiosks(): Promise<void> {
  await withStore(async store => {
    const clients = (await store.clients.all()).filter(({ removedAt }) => removedAt === null)
    const present = new Set(clients.map(({ id }) => id))
    const longest = Math.max(1, ...clients.map(({ id }) => id.length))
    for (const kiosk of await store.kiosks.all()) {
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
    const kiosk = await set.catch(unless(text, 'changed'))
    say(`Kiosk ${kiosk.number} is ${kiosk.name.ko} (${kiosk.name.en}).`)
    say(kiosk.client === null ? 'It has no client.' : `Its client is ${kiosk.client}.`)
  })
}

/** `qrgate kiosk revoke`; every node looks for revocations by itself. */
export async function revokeKiosk(text: string): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const number = kioskNumberOf(text)
    await kiosksOf(store, clock).revoke(number, operator()).catch(unless(text, 'revoked'))
    say(`Kiosk ${number} is switched off.`)
  })
}

const gone = new Set<RefusalCode>(['kiosk_not_enrolled', 'kiosk_revoked'])

/** Says that there is no such kiosk, unless it was something else. */
function unless(text: string, done: string): (error: unknown) => never {
  return error => {
    if (!(error instanceof Refusal) || !gone.has(error.code)) throw error
    throw new OperatorError(`There is no kiosk ${text} that could be ${done}.`)
  }
}

function kiosksOf(store: Store, clock: Clock): Kiosks {
  return createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
}

function stateOf({ revokedAt, credentialHash }: Kiosk): string {
  if (revokedAt !== null) return 'revoked'
  return credentialHash === null ? 'invited' : 'enrolled'
}
