import { readFileSync } from 'node:fs'

/** The package's own version, which stands beside its sources as beside what is built of them. */
export function version(): string {
  const file = new URL('../../package.json', import.meta.url)
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version
}
