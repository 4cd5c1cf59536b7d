import { join } from 'node:path'
import { hash } from '@node-rs/argon2'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { patchedBy } from '../../test/patches/patched-process.ts'
import { type Scope, temporaryFolder } from '../../test/support/gate.ts'
import { Kiosk } from '../../test/support/kiosk.ts'
import { Phone } from '../../test/support/phone.ts'
import { longTimings, password, secretKey } from '../../test/support/production.ts'
import { addAccountsTo, enrolIn } from '../../test/support/stored.ts'
import { MeasuredProcess } from './measured-process.ts'

export const origin = 'https://gate.example'
export const visitor = { id: 'visitor-0', password }

export interface ServedGate {
  process: MeasuredProcess
  /** What enrolled kiosks start with. */
  credentials: readonly string[]
  /** Each in its turn, as no kiosk alone has as many visitors. */
  kiosk(): Kiosk
  phone(): Phone
  /** Where its SQLite file is. */
  database: string
}

export interface ServedOptions {
  env?: Record<string, string>
  kiosks?: number
  /** Whether whatever is typed is the password, without a hash. */
  freePasswords?: boolean
  /** Whether it is the package, built before, and not the source. */
  isBuilt?: boolean
}

/** What lets one visitor sign in again and again. */
export const withoutLimits = {
  ...longTimings,
  QRGATE_FAILURES_PER_ACCOUNT: '1000',
  QRGATE_FAILURES_PER_ACCOUNT_DAY: '100000',
  QRGATE_FAILURES_PER_NETWORK: '1000000',
  QRGATE_TRIES_PER_SIGN_IN: '1000000',
  QRGATE_HASH_WAIT_SECONDS: '10',
}

/** A gate as operators run it, on SQLite, at the log level of `serve`. */
export async function startServed(
  scope: Scope,
  { env = {}, kiosks = 100, freePasswords = false, isBuilt = false }: ServedOptions = {},
): Promise<ServedGate> {
  const folder = temporaryFolder(scope)
  const database = join(folder, 'qrgate.sqlite')
  const store = await openSqliteStore(database)
  const credentials: string[] = []
  for (let n = 0; n < kiosks; n += 1) {
    credentials.push((await enrolIn(store, `kiosk ${n}`)).credential)
  }
  const passwordHash = await hash(visitor.password, hashCost)
  await addAccountsTo(store, [{ id: visitor.id, name: '홍길동', passwordHash }])
  await store.close()

  const process = await MeasuredProcess.start(scope, {
    file: isBuilt ? '../../server/bin/qrgate.js' : '../../server/src/boot/qrgate.ts',
    isBuilt,
    args: ['serve'],
    answersAt: '/healthz',
    folder,
    env: {
      SECRET_KEY: secretKey,
      PUBLIC_URL: origin,
      QRGATE_TRUSTED_PROXIES: '127.0.0.1',
      ...withoutLimits,
      ...(freePasswords && patchedBy('free-passwords')),
      ...env,
    },
  })
  let asked = 0
  return {
    process,
    credentials,
    database,
    kiosk() {
      asked += 1
      return new Kiosk(process.url, credentials[asked % credentials.length])
    },
    phone: () => new Phone(process.url, { origin }),
  }
}
