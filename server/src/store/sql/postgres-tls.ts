import { readFileSync } from 'node:fs'
import { OperatorError } from '../../operator-error.ts'

/** Options of an address that name files (https://www.postgresql.org/docs/current/libpq-connect.html). */
const files = ['sslrootcert', 'sslcert', 'sslkey']

/** What `pg` understands as "the certificate and its name are looked at", as it is unless said otherwise. */
const verifying = /^(prefer|require|verify-ca|verify-full)$/

/**
 * An address whose words for TLS mean the same whatever `pg` comes to make of them: `require` and
 * all above look at certificate and name, and `no-verify` at neither. Only with `uselibpqcompat=true` they mean
 * what they mean to `psql`.
 * @throws OperatorError where a file that it names cannot be read.
 */
export function readableTls(url: string): string {
  const parsed = URL.parse(url)
  if (!parsed) return url
  const { searchParams: options } = parsed
  // What stands in an address may be spelt in more ways than one; it is not touched without need.
  if (!['sslmode', ...files].some(name => options.has(name))) return url
  // libpq's word for the authorities that the system knows, which is what happens without it.
  if (options.get('sslrootcert') === 'system') options.delete('sslrootcert')
  for (const name of files) requireReadable(name, options.get(name))
  const isOurs = options.get('uselibpqcompat') !== 'true'
  if (isOurs && verifying.test(options.get('sslmode') ?? '')) options.set('sslmode', 'verify-full')
  return parsed.href
}

function requireReadable(name: string, path: string | null): void {
  if (path === null) return
  try {
    const text = readFileSync(path, 'utf8')
    if (text.includes('-----BEGIN ')) return
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new OperatorError(`DATABASE_URL: its ${name} ${path} cannot be read (${code}).`)
  }
  throw new OperatorError(`DATABASE_URL: its ${name} ${path} is no PEM file.`)
}
