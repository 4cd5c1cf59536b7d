import { fileURLToPath } from 'node:url'

const preload = fileURLToPath(new URL('apply.ts', import.meta.url))

/** The environment of a Node process whose sources are changed by these patches. */
export function patchedBy(...ids: readonly string[]): Record<string, string> {
  return { NODE_OPTIONS: `--import=${preload}`, PATCHES: ids.join(',') }
}

/** The same for what a patched process starts itself; empty where this one is as it is written. */
export function patchedLikeThis(): Record<string, string> {
  const { PATCHES } = process.env
  return PATCHES === undefined ? {} : patchedBy(...PATCHES.split(','))
}
