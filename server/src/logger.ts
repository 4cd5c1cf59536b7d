import pino, { type Level, type Logger, type LoggerOptions } from 'pino'

export type { Logger }

/** What a room needs of the log that only reports what went wrong in it. */
export interface ErrorLog {
  /** @param about what happened, with the error as `err`. */
  error(about: { err: unknown }, message: string): void
}

/** What a room needs of the log that also tells what has happened. */
export interface EventLog extends ErrorLog {
  info(about: object, message: string): void
  /** What an operator should look at. */
  warn(about: object, message: string): void
}

/** Wherever these names turn up in something logged, their values do not. */
const secret = [
  'authorization',
  'cookie',
  'kiosk_secret',
  'password',
  'pwd',
  'receipt',
  'secretKeys',
  'set-cookie',
  'token',
]

/** What is held while nothing can be written, in bytes; what comes then is dropped. */
const mostHeld = 64 * 1024
/** What is written together, in characters: well below what is dropped. */
const mostTogether = 8 * 1024

/** One event, one line of JSON; secrets are cut out even where somebody logs too much. */
export function createLogger(level: string): Logger {
  const paths = secret.flatMap(name => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
  const options: LoggerOptions = {
    level,
    redact: { paths, remove: true },
    base: null,
    serializers: { err: withoutInput },
  }
  const output = standardOutput(dropped => logger.warn({ dropped }, 'log lines were dropped'))
  const logger = pino(options, output)
  return logger
}

/**
 * Writes lines past all that is done to others, for those that are many and hold known fields: the lines of one
 * turn of the loop together, as a write for each would cost a third of what a start does. Fields are JSON already.
 */
export function rawLines(logger: Logger): (level: Level, fields: string) => void {
  const { [pino.symbols.streamSym]: output } = logger as unknown as Record<symbol, LineOutput>
  let held = ''
  const writeHeld = () => {
    const lines = held
    held = ''
    if (lines !== '') output?.write(lines)
  }
  return (level, fields) => {
    if (!logger.isLevelEnabled(level)) return
    if (held === '') setImmediate(writeHeld)
    held += `{"level":${logger.levels.values[level]},"time":${Date.now()},${fields}}\n`
    if (held.length > mostTogether) writeHeld()
  }
}

interface LineOutput {
  write(lines: string): void
}

/**
 * Logging never decides whether a gate runs: on a full disk, and where nobody reads any more, lines are
 * dropped and counted.
 * @param tell told how many, once lines can be written again.
 */
function standardOutput(tell: (dropped: number) => void) {
  const output = pino.destination({ dest: 1, sync: true, maxLength: mostHeld })
  let dropped = 0
  output.on('error', () => {})
  output.on('drop', (lines: string) => {
    dropped += lines.split('\n').length - 1
  })
  output.on('write', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    // Not from within a line that is just being written.
    setImmediate(tell, lines)
  })
  return output
}

/** Node puts what could not be parsed into its errors: an address may hold a password. */
function withoutInput(error: Error) {
  const { input: _, ...rest } = pino.stdSerializers.err(error)
  return rest
}
