// Part of `npm run lint`: imports go down the house, never up, never across, never in a circle, types
// included; and no file is longer than a person reads at a time.
import { fileURLToPath } from 'node:url'
import { faultsOf } from './floors.ts'

/** The floors of server/src, top to bottom; each word is a room. */
const floors = [
  'boot',
  'http ws oidc',
  'signin operators handoff',
  'accounts kiosks clients signing log watch webhooks',
  'store config limits bus',
  'protocol redis',
  'errors settings clock logger within held operator-error own-addresses private-path lazy node-http',
].map(rooms => rooms.split(' '))

const faults = faultsOf(process.argv[2] ?? fileURLToPath(new URL('../', import.meta.url)), floors)
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
