import { defences } from './defences.ts'
import { doubts } from './doubts.ts'
import { failpoints } from './failpoints.ts'
import { freePasswords } from './free-passwords.ts'
import { longTransactions } from './long-transactions.ts'
import type { Patch } from './patch.ts'
import { unreliableBus } from './unreliable-bus.ts'

export const all: readonly Patch[] = [
  ...failpoints,
  ...doubts,
  unreliableBus,
  longTransactions,
  freePasswords,
  ...defences,
]
