// Part of `npm run build`: the server for its package, in a few files. Loading a gate's own modules and those
// of the packages below one by one costs more CPU than all the rest of its start.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'

const root = fileURLToPath(new URL('../', import.meta.url))
const output = join(root, 'server/dist')

/** Hundreds of small modules each. All other packages stay outside, where `npm audit fix` can reach them. */
const bundled = ['kysely', 'typebox']
/** What the bundler itself brings for what it rewrites is in no `node_modules`. */
const ownHelpers = '@oxc-project/runtime'
const isBundled = (id: string) =>
  [...bundled, ownHelpers].some(name => id === name || id.startsWith(`${name}/`))

const bundle = await rolldown({
  input: join(root, 'server/src/boot/qrgate.ts'),
  platform: 'node',
  transform: { target: 'node24' },
  external: id => /^[a-z@]/.test(id) && !isBundled(id),
})
// All in one folder as deep as `src/boot`: from there the package's other files are found.
await bundle.write({
  dir: join(output, 'boot'),
  format: 'esm',
  sourcemap: true,
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
})

const licences = bundled.map(name => {
  const folder = join(root, 'node_modules', name)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const [file] = globSync(join(folder, '{LICENSE,license}*'))
  if (file === undefined) throw new Error(`${name} says nothing of its licence`)
  return `${name} ${version}\n\n${readFileSync(file, 'utf8').trim()}\n`
})
writeFileSync(join(output, 'THIRD-PARTY.txt'), licences.join(`\n${'-'.repeat(80)}\n\n`))
