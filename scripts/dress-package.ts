// Before and after `npm pack` in a workspace's folder: `dress-package.ts dress|undress FOLDER`.
import { fileURLToPath } from 'node:url'
import { dress, undress } from './packing/dress.ts'
import { packed } from './packing/packed-files.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const [, , what, name] = process.argv
const folder = packed.find(one => one === name)
if (!folder) throw new Error(`what is packed is ${packed.join(', ')}`)
if (what === 'dress') dress(root, folder)
else undress(root, folder)
