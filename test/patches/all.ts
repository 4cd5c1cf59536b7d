import { defences } from './defences.ts'
import { failpoints } from './failpoints.ts'
import type { Patch } from './patch.ts'

export const all: readonly Patch[] = [...failpoints, ...defences]
