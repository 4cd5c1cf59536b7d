import type { Database } from './database.ts'

/** So many calls say how fast a line goes today; fewer say nothing. */
const least = 3
const most = 10

/** A line that calls nobody for so long has no pace, in milliseconds. */
const stale = 3_600_000

/**
 * How fast a line goes: from one call to the next while somebody waits, in milliseconds: the median of today's latest calls.
 * Where nobody waited, the time begins when somebody came.
 * @returns undefined where today's calls say too little.
 */
export async function paceOf(
  db: Database,
  services: readonly string[],
  day: string,
  now: number,
): Promise<number | undefined> {
  const calls = await db
    .selectFrom('calls')
    .select(['called_at', 'waiting_since'])
    .where('service', 'in', services)
    .where('day', '=', day)
    .where('called_at', '>', now - stale)
    .orderBy('called_at', 'desc')
    .limit(most + 1)
    .execute()
  const gaps = calls.slice(0, -1).map(({ called_at, waiting_since }, index) => {
    return called_at - Math.max(calls[index + 1]?.called_at ?? 0, waiting_since)
  })
  return gaps.length < least ? undefined : median(gaps)
}

export function median(values: readonly number[]): number | undefined {
  const sorted = values.toSorted((a, b) => a - b)
  const half = Math.floor(sorted.length / 2)
  const upper = sorted[half]
  if (upper === undefined || sorted.length % 2 === 1) return upper
  return ((sorted[half - 1] ?? upper) + upper) / 2
}

/** Whole minutes for the turn of who has `ahead` before them; beyond ten in fives, as nobody knows better. */
export function waitMinutes(pace: number, ahead: number): number {
  const minutes = Math.max(1, Math.ceil((pace * (ahead + 1)) / 60_000))
  return Math.min(minutes <= 10 ? minutes : Math.ceil(minutes / 5) * 5, 1_440)
}
