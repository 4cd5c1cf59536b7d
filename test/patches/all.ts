import { unreliableBus } from './unreliable-bus.ts'
import { failpoints } from './failpoints.ts'
import type { Patch } from './patch.ts'

export const all: readonly Patch[] = [unreliableBus, ...failpoints]
