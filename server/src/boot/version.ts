import { readFileSync } from 'node:fs'

/** Of this package's manifest, which stands beside its sources as beside what is built of them. */
function manifest(): { version: string; engines: { node: string } } {
  const file = new URL('../../package.json', import.meta.url)
  return JSON.parse(readFileSync(file, 'utf8'))
}

export function version(): string {
  return manifest().version
}

/** The oldest Node that it runs on, like 24.15. */
export function requiredNode(): string {
  return manifest().engines.node.replace(/^\D+/, '')
}
