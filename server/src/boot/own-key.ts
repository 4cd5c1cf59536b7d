import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { keyCheckOf, keyOfCheck } from '../protocol/key-check.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { unchanged } from '../store/change.ts'
import type { GateRecords } from '../store/gate.ts'
import { keptSecretKeys } from './secret-key.ts'

/** What a wrong key would do, and what to do about it. */
export const otherKey =
  'SECRET_KEY is another one than this database belongs to: every QR of other nodes would be void here, and ' +
  'what is sealed cannot be opened. Give the gate its key, or put the one before into SECRET_KEYS_ACCEPTED; ' +
  'where it is lost for good, say --new-key to `qrgate migrate`, or to `qrgate restore`'

/** Whether the settings hold the key of this database; a database that no gate in production has used has none. */
export async function hasOwnKey(gate: GateRecords, config: Config): Promise<boolean> {
  const { keyCheck } = await gate.read()
  const keyring = keyringOf(config)
  return keyCheck === null || (keyring !== null && keyOfCheck(keyCheck, keyring) !== 'unknown')
}

/**
 * Marks the database as this key's; after a change of keys it is the new one's.
 * @param isNew whether it may take the place of a key that is lost.
 * @throws OperatorError where it is another key's.
 */
export async function leaveKeyCheck(
  gate: GateRecords,
  config: Config,
  isNew = false,
): Promise<void> {
  const keyring = keyringOf(config)
  if (keyring === null) throw new OperatorError('SECRET_KEY is missing.')
  await gate.update(old => {
    if (old === null) throw new Error('the gate has no row')
    const known = old.keyCheck === null ? 'older' : keyOfCheck(old.keyCheck, keyring)
    if (known === 'unknown' && !isNew) throw new OperatorError(otherKey)
    if (known === 'current') return unchanged(old)
    return { next: { ...old, keyCheck: keyCheckOf(keyring) }, events: [], quiet: true }
  })
}

function keyringOf(config: Config) {
  const [secretKey, ...older] = keptSecretKeys(config)
  return secretKey === undefined ? null : deriveKeyring([secretKey, ...older], 'key check')
}
