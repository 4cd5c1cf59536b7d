import { fileURLToPath } from 'node:url'

const preload = fileURLToPath(new URL('apply.ts', import.meta.url))

/** The environment of a Node process whose sources are changed by these patches. */
export function patchedBy(...ids: readonly string[]): Record<string, string> {
  return { NODE_OPTIONS: `--import=${preload}`, PATCHES: ids.join(',') }
}

/** The same for what a patched process starts itself; empty where this one is as it is written. */
export function patchedLikeThis(): Record<string, string> {
  const { PATCHES, PATCH_NOTES } = process.env
  if (PATCHES === undefined) return {}
  return { ...patchedBy(...PATCHES.split(',')), ...(PATCH_NOTES && { PATCH_NOTES }) }
}
