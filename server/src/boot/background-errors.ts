import { Refusal } from '../errors.ts'
import type { EventLog } from '../logger.ts'

/** How often the same reason is told, in milliseconds. */
const sayEvery = 30_000

/**
 * Tells what has failed that nobody waits for. A database that is away stops dozens of such tasks a second, all
 * for one reason, which whoever asks the gate is told too: that is a line now and then, and no stack.
 */
export function backgroundErrors(logger: EventLog, message: string): (error: unknown) => void {
  const saidAt = new Map<string, number>()
  return error => {
    if (!(error instanceof Refusal) || error.status !== 503) {
      logger.error({ err: error }, message)
      return
    }
    const now = performance.now()
    if (now - (saidAt.get(error.message) ?? Number.NEGATIVE_INFINITY) < sayEvery) return
    saidAt.clear()
    saidAt.set(error.message, now)
    logger.warn({ code: error.code }, `${message}: ${error.message}`)
  }
}
