import type { Patch } from './patch.ts'

const lasts = {
  file: 'server/src/clock.ts',
  find: 'const jumpMustLast = 60_000',
}

/* How long a clock is doubted that has jumped: so long that no test sees the end of it, or so short that it does. */
export const doubts: readonly Patch[] = [
  { id: 'doubts-for-a-day', ...lasts, replace: 'const jumpMustLast = 86_400_000' },
  { id: 'doubts-for-a-second', ...lasts, replace: 'const jumpMustLast = 1_000' },
  {
    id: 'asks-the-time-often',
    file: 'server/src/store/database-time.ts',
    find: 'const every = 10_000',
    replace: 'const every = 200',
  },
]
