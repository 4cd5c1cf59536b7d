/** Clocks of nodes may be apart by so much, in milliseconds. */
export const clocksApart = 60_000

/** Was written by a clock that has been set back since, or is ahead of ours. */
export function isAhead(time: number, now: number): boolean {
  return time > now + clocksApart
}

type TimesOf<Row> = { [Key in keyof Row]: Row[Key] extends number | null ? Key : never }[keyof Row]

/**
 * A row that was written by a clock that has been set back since, as if it were written now: what was left of
 * each time is left still. Else nothing would run out, nor be tried again, before the old time comes once more.
 */
export function setBack<Row extends { updatedAt: number }>(
  row: Row,
  times: readonly TimesOf<Row>[],
  now: number,
): Row {
  if (!isAhead(row.updatedAt, now)) return row
  const by = row.updatedAt - now
  const next: Row = { ...row, updatedAt: now }
  for (const name of times) {
    const time = row[name] as number | null
    if (time !== null) next[name] = (time - by) as Row[typeof name]
  }
  return next
}
