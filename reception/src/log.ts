import pino, { type Logger } from 'pino'

/** What is held while nothing can be written, in bytes; what comes then is dropped. */
const mostHeld = 64 * 1024

/**
 * One event, one line of JSON. Logging never decides whether reception runs: on a full disk, and where
 * nobody reads any more, lines are dropped, and counted once there is room again.
 */
export function createLogger(level: string): Logger {
  const output = pino.destination({ dest: 1, sync: true, maxLength: mostHeld })
  const logger = pino({ level }, output)
  let dropped = 0
  output.on('error', () => {})
  output.on('drop', () => {
    dropped += 1
  })
  output.on('write', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    // Not from within a line that is just being written.
    setImmediate(() => logger.warn({ dropped: lines }, 'log lines were dropped'))
  })
  return logger
}
