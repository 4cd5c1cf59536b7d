/** What a busy place has kept: final sign-ins of half a day, and all else for as long as it is kept. */
export const grown = {
  signIns: 100_000,
  log: 1_000_000,
  accounts: 100_000,
  handOffs: 10_000,
  usualPlaces: 100_000,
}

/** One database, whichever engine it is. */
export interface Database {
  columnsOf(table: string): Promise<string[]>
  run(sql: string): Promise<unknown>
}

/** Twelve digits that differ for each row, in both engines' words. */
const digits = 'substr(cast(1000000000000 + n as text), 2)'
const uuid = (version: string) => `'01a222d4-de2a-7b16-${version}-' || ${digits}`

/**
 * As many rows as there would be, each like the one of its table that a visit has left before: as many
 * columns, as many letters, in the same states; what must be unique counts up.
 */
export async function fill(database: Database): Promise<void> {
  const [id, handOff] = [uuid('b698'), uuid('b699')]
  await repeat(database, grown.signIns, 'sign_ins', 'hand_off is not null', {
    id,
    hand_off: 'null',
    state: "'ended'",
    deadline: 'null',
    stay_until: 'null',
    // Over half a day, so that none is old enough to be removed.
    updated_at: 'updated_at - n * 400',
    changed_at: 'changed_at - n * 400',
  })
  await repeat(database, grown.handOffs, 'hand_offs', "state = 'accepted'", {
    id: handOff,
    sign_in: id,
    state: "'done'",
    deadline: 'null',
    next_try_at: 'null',
    updated_at: 'updated_at - n * 4000',
    changed_at: 'changed_at - n * 4000',
  })
  await repeat(database, grown.accounts, 'accounts', 'true', {
    key: `'grown' || ${digits}`,
    id: `'grown' || ${digits}`,
    id_key: `'grown' || ${digits}`,
    id_skeleton: `'grown' || ${digits}`,
    external_id: 'null',
  })
  await repeat(database, grown.usualPlaces, 'usual_places', 'true', {
    account: `'grown' || ${digits}`,
  })
  await repeat(database, grown.log, 'log', "event = 'sign_in.approved'", {
    subject: uuid('b69a'),
    position: '(select position from log_head) + n',
    at: 'at - n',
    row: null,
  })
  await database.run(`update log_head set position = position + ${grown.log}`)
  // Whoever follows the log has read all of it long ago.
  await database.run('update log_cursors set position = (select position from log_head)')
}

/** @param changed what differs from the row that is repeated; null leaves a column to the database. */
async function repeat(
  database: Database,
  count: number,
  table: string,
  like: string,
  changed: Record<string, string | null>,
): Promise<void> {
  const all = (await database.columnsOf(table)).filter(name => changed[name] !== null)
  await database.run(`
    with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
    insert into ${table} (${all.join(', ')})
    select ${all.map(name => changed[name] ?? name).join(', ')}
    from (select * from ${table} where ${like} limit 1) as one, numbers`)
}
