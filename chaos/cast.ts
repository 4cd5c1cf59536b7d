import { hash } from '@node-rs/argon2'
import { hashCost } from '../server/src/accounts/password-hash.ts'
import type { Store } from '../server/src/store/store.ts'
import { addServedClient, service } from '../test/support/hand-off-gate.ts'
import { Kiosk } from '../test/support/kiosk.ts'
import type { Receiver } from '../test/support/receiver.ts'
import { addAccountsTo, enrolIn } from '../test/support/stored.ts'
import { accountOf, kioskOf } from '../test/support/told-clients.ts'
import { type GateSet, password } from './gate-set.ts'
import { secretKey } from './settings.ts'

type Cast = Pick<GateSet, 'kiosks' | 'probing' | 'accounts' | 'disabledAccount' | 'services'>

const first = [...'가나다라마바사아']
const last = [...'김이박최정강조윤']
const disabledAccount = 'visitor-disabled'

/** Kiosks, a client and accounts, put into the database before the campaign. */
export async function addCast(store: Store, url: string, receiver: Receiver): Promise<Cast> {
  const passwordHash = await hash(password, hashCost)
  // Each has a masked name of its own.
  const names = first.flatMap(one => last.map(other => `${one}길${other}`))
  const accounts = names.map((name, n) => ({ id: `visitor-${n}`, name, passwordHash }))
  await addAccountsTo(store, [...accounts, { id: disabledAccount, name: '길동무', passwordHash }])
  const disabled = await accountOf(store, disabledAccount)
  const next = { ...disabled, disabledAt: 1 }
  await store.accounts.update(disabled.key, () => ({ next, events: [], quiet: true }))

  const services = ['exam', 'bloods']
  const client = 'clinic'
  const gate = { url, app: { store } }
  const { kiosk } = await addServedClient(gate, receiver, {
    id: client,
    services: services.map(id => service(id)),
    secretKey,
  })
  const kiosks = [{ kiosk, isServed: true }]
  for (let n = 0; n < 3; n += 1) {
    kiosks.push({ kiosk: await kioskOf(gate, client), isServed: true })
    kiosks.push({ kiosk: await alone(store, url), isServed: false })
  }
  return {
    kiosks,
    probing: await alone(store, url),
    accounts: accounts.map(({ id }) => id),
    disabledAccount,
    services,
  }
}

async function alone(store: Store, url: string): Promise<Kiosk> {
  const { credential } = await enrolIn(store, '1층 접수 1번')
  return new Kiosk(url, credential)
}
