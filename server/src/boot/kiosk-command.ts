import { randomBytes } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import { createKiosks, type Kiosks } from '../kiosks/kiosks.ts'
import { OperatorError } from '../operator-error.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { Store } from '../store/store.ts'
import { operator, say, withStore } from './command.ts'

/** `qrgate kiosk add` */
export async function addKiosk(
  name: string,
  { nameEn, backend }: { nameEn?: string; backend?: boolean },
): Promise<void> {
  await withStore(async (store, config, clock) => {
    const kiosks = kiosksOf(store, clock)
    const names = { ko: name, en: nameEn ?? name }
    if (backend) {
      const { kiosk, credential } = await kiosks.enrol(names, operator())
      say(
        `Kiosk ${kiosk.number} added. Its backend starts sign-ins with this credential, shown once:`,
      )
      say(`\n  Authorization: Bearer ${credential}\n`)
      return
    }
    const { kiosk, link } = await kiosks.invite(names, operator())
    say(`Kiosk ${kiosk.number} added. Open this link on its screen within a day; it works once:`)
    say(`\n  ${config.publicUrl}/enrol/${link}\n`)
  })
}

/** `qrgate kiosk list` */
export async function listKiosks(): Promise<void> {
  await withStore(async store => {
    for (const kiosk of await store.kiosks.all()) {
      say(`${`${kiosk.number}`.padStart(6)}  ${stateOf(kiosk).padEnd(9)}  ${kiosk.name.ko}`)
    }
  }, 'never')
}

/** `qrgate kiosk revoke`; every node looks for revocations by itself. */
export async function revokeKiosk(text: string): Promise<void> {
  await withStore(async (store, _config, clock) => {
    const number = /^\d{1,10}$/.test(text) ? Number(text) : -1
    await kiosksOf(store, clock)
      .revoke(number, operator())
      .catch(error => {
        if (!(error instanceof Refusal) || error.status === 503) throw error
        throw new OperatorError(`There is no kiosk ${text} that could be revoked.`)
      })
    say(`Kiosk ${number} is switched off.`)
  })
}

/** `qrgate migrate`: opening a database brings it up to date. */
export async function migrateDatabase(): Promise<void> {
  await withStore(async () => say('The database is up to date.'), 'any')
}

function kiosksOf(store: Store, clock: Clock): Kiosks {
  return createKiosks({ records: store.kiosks, builtIn: [], clock, randomBytes })
}

function stateOf({ revokedAt, credentialHash }: Kiosk): string {
  if (revokedAt !== null) return 'revoked'
  return credentialHash === null ? 'invited' : 'enrolled'
}
