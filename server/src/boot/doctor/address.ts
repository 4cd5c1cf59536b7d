import type { Config } from '../../config.ts'
import { type Add, messageOf } from './finding.ts'

/** Asks the gate under its own public address, as a phone would. */
export async function checkAddress({ publicUrl }: Config, add: Add): Promise<void> {
  try {
    const answer = await fetch(`${publicUrl}/healthz`, { signal: AbortSignal.timeout(5_000) })
    const ours = answer.ok && ((await answer.json()) as { status?: string }).status === 'ok'
    if (ours) add('ok', 'address', `${publicUrl} leads to a gate`)
    else add('fail', 'address', `${publicUrl} is answered by something else; check the proxy`)
  } catch (error) {
    const words = `${publicUrl} cannot be reached from here: ${messageOf(error)}`
    add('warn', 'address', `${words}. Is the gate running, and is its certificate trusted?`)
  }
}
