import type { Client } from './client.ts'
import { GateError } from './gate-error.ts'
import type { Watcher } from './watcher.ts'

/**
 * Asks the gate outright whether it knows a kiosk secret. That a socket has proven nothing in time is no answer:
 * a gate that ten thousand kiosks come back to at once is slow, and so are networks.
 * @returns why nobody can go on with this sign-in; undefined where it is good, or nobody knows.
 */
export async function whyRefused(
  client: Pick<Client, 'view'>,
  { id, kiosk_secret }: Pick<Watcher, 'id' | 'kiosk_secret'>,
): Promise<string | undefined> {
  try {
    await client.view(id, kiosk_secret)
  } catch (error) {
    // A captive portal refuses as well, in words of its own.
    if (error instanceof GateError && hopeless.has(error.code)) return error.code
  }
  return undefined
}

const hopeless: ReadonlySet<string> = new Set(['kiosk_secret_wrong', 'kiosk_revoked'])
