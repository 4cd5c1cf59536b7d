import { createHash, randomBytes } from 'node:crypto'
import type { Database } from './database.ts'

/** How long a link is good, and a browser that was opened by it; in milliseconds. */
const linkLasts = 3_600_000
export const sessionLasts = 12 * 3_600_000

/** Who may see names: a browser that a link has opened. Of links and cookies only hashes are kept. */
export interface Access {
  /** @returns a code that opens one browser, once. */
  makeLink(): Promise<string>
  /** @returns the cookie's secret; undefined where the link is used, too old or none of ours. */
  openBy(link: string): Promise<string | undefined>
  /** @returns until when it is open, in milliseconds since 1970; undefined where it is not. */
  openUntil(cookie: string | undefined): Promise<number | undefined>
}

const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')

export function createAccess(db: Database, clock: () => number): Access {
  async function make(
    table: 'desk_links' | 'desk_sessions',
    lasts: number,
    work: Database = db,
  ): Promise<string> {
    const secret = randomBytes(32).toString('base64url')
    await work.deleteFrom(table).where('expires_at', '<=', clock()).execute()
    const row = { hash: hashOf(secret), expires_at: clock() + lasts }
    await work.insertInto(table).values(row).execute()
    return secret
  }
  return {
    makeLink: () => make('desk_links', linkLasts),
    openBy: link =>
      // A link is used up only by what it has opened.
      db.transaction().execute(async work => {
        const known = work.deleteFrom('desk_links').where('hash', '=', hashOf(link))
        const used = await known.where('expires_at', '>', clock()).executeTakeFirst()
        return used.numDeletedRows === 1n ? make('desk_sessions', sessionLasts, work) : undefined
      }),
    async openUntil(cookie) {
      if (!cookie) return undefined
      const known = db.selectFrom('desk_sessions').select('expires_at')
      const open = known.where('hash', '=', hashOf(cookie)).where('expires_at', '>', clock())
      return (await open.executeTakeFirst())?.expires_at
    },
  }
}
