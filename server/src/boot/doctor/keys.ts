import type { Config } from '../../config.ts'
import { lostKeys } from '../../signing/reseal.ts'
import { lostKeyWords } from '../../signing/start.ts'
import type { Store } from '../../store/store.ts'
import { sealsOf } from '../seals.ts'
import { keptSecretKeys } from '../secret-key.ts'
import type { Add } from './finding.ts'

/** Names signing keys whose SECRET_KEY is gone. @param now the database's time, in milliseconds. */
export async function checkSigningKeys(
  { signingKeys }: Store,
  config: Config,
  now: number,
  add: Add,
): Promise<void> {
  if (keptSecretKeys(config).length === 0) return
  const lost = lostKeys(await signingKeys.all(), sealsOf(config, 'signing key'), now)
  if (lost.length > 0) add('warn', 'keys', `${lostKeyWords}: ${lost.join(', ')}`)
}
