// Part of `npm run lint`: docs/sdk.md names everything that the SDK offers, and nothing that it does not.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultsIn, referenceOf } from './sdk-reference.ts'

const root = fileURLToPath(new URL('../', import.meta.url))
const faults = faultsIn(readFileSync(`${root}docs/sdk.md`, 'utf8'), referenceOf(`${root}sdk`))
for (const fault of faults) console.error(fault)
process.exitCode = faults.length > 0 ? 1 : 0
