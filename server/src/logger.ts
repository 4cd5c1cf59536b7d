import pino, { type Logger } from 'pino'

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

/** One event, one line of JSON; secrets are cut out even where somebody logs too much. */
export function createLogger(level: string): Logger {
  const paths = secret.flatMap(name => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`])
  return pino({
    level,
    redact: { paths, remove: true },
    base: null,
    serializers: { err: withoutInput },
  })
}

/** Node puts what could not be parsed into its errors: an address may hold a password. */
function withoutInput(error: Error) {
  const { input: _, ...rest } = pino.stdSerializers.err(error)
  return rest
}
