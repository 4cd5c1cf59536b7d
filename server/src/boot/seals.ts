import { randomBytes } from 'node:crypto'
import type { Config } from '../config.ts'
import { OperatorError } from '../operator-error.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import { type SealedTexts, sealedTexts } from '../protocol/sealed-text.ts'
import { publishedKeys } from '../signing/key-set.ts'
import { lostKeys } from '../signing/reseal.ts'
import type { SigningKey } from '../store/signing-key.ts'
import { keptSecretKeys } from './secret-key.ts'

/** What seals secrets of one kind in their rows, for a gate and for commands beside it. */
export function sealsOf(config: Config, purpose: 'signing key' | 'webhook secret'): SealedTexts {
  const [secretKey, ...older] = keptSecretKeys(config)
  if (secretKey === undefined) return withoutKey
  return sealedTexts(deriveKeyring([secretKey, ...older], purpose), randomBytes)
}

/** A command that was not told the gate's key can look at all else. */
const withoutKey: SealedTexts = {
  seal() {
    throw new OperatorError(
      'SECRET_KEY is missing: what the gate must keep secret is sealed under it. Give it as to `qrgate serve`; a demo makes its own when it first starts.',
    )
  },
  open: () => null,
  renew: () => null,
}

/**
 * Whoever can open none of the gate's signing keys has another `SECRET_KEY` than the gate, which could open
 * nothing that is sealed now.
 * @param sealed of the purpose `signing key`.
 * @throws OperatorError
 */
export function requireOurSecretKey(
  keys: readonly SigningKey[],
  sealed: SealedTexts,
  now: number,
): void {
  const lost = lostKeys(keys, sealed, now)
  if (lost.length === 0 || lost.length < publishedKeys(keys, now).length) return
  throw new OperatorError(
    "SECRET_KEY is missing, or not the gate's: it opens none of the signing keys. Give it as to " +
      '`qrgate serve`; where it is gone, start the gate, which makes a new signing key by itself.',
  )
}
