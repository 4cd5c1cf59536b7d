/*
 * Preloaded into a process (see patched-process.ts): changes its sources while they are loaded, by the patches that
 * PATCHES names. Which were put into a source is noted in the file PATCH_NOTES, where there is one.
 */
import { appendFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { all } from './all.ts'
import { type Patch, patched } from './patch.ts'

const root = new URL('../../', import.meta.url)
const chosen = new Map<string, Patch[]>()
for (const id of (process.env.PATCHES ?? '').split(',').filter(Boolean)) {
  const patch = all.find(patch => patch.id === id)
  if (patch === undefined) throw new Error(`There is no patch ${id}.`)
  const { href } = new URL(patch.file, root)
  chosen.set(href, [...(chosen.get(href) ?? []), patch])
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const patches = chosen.get(url)
    if (patches === undefined) return loaded
    const source = patches.reduce(patched, String(loaded.source))
    const { PATCH_NOTES: notes } = process.env
    if (notes) for (const { id } of patches) appendFileSync(notes, `${id}\n`)
    return { ...loaded, source }
  },
})
