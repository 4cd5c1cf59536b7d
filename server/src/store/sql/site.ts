import type { NoticeTexts } from '../../protocol/notice-document.ts'
import type { Site, SiteRecords } from '../site.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SiteTable } from './tables.ts'

const theOne = 1

function siteFromRow({ notice }: Pick<SiteTable, 'notice'>): Site {
  return { notice: notice === null ? null : (JSON.parse(notice) as NoticeTexts) }
}

function siteNoun({ lockRow }: Engine): Noun<number, Site> {
  return {
    async lock(trx, id) {
      const row = trx.selectFrom('site').select('notice').where('id', '=', id)
      return siteFromRow(await lockRow(row).executeTakeFirstOrThrow())
    },
    async write(trx, { notice }) {
      const row = { notice: notice && JSON.stringify(notice) }
      await trx.updateTable('site').set(row).where('id', '=', theOne).execute()
    },
  }
}

export function site(db: Database, engine: Engine, update: Update): SiteRecords {
  const noun = siteNoun(engine)
  return {
    async read() {
      const query = db.selectFrom('site').select('notice').where('id', '=', theOne)
      return siteFromRow(await retryWhileBusy(engine, () => query.executeTakeFirstOrThrow()))
    },

    update: decide => update(noun, theOne, decide),

    async keepNotice(version, texts, at) {
      const row = { version, texts: JSON.stringify(texts), agreed_at: at }
      const query = db
        .insertInto('notices')
        .values(row)
        .onConflict(conflict => conflict.doNothing())
      await retryWhileBusy(engine, () => query.execute())
    },

    async noticeOf(version) {
      const query = db.selectFrom('notices').select('texts').where('version', '=', version)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? (JSON.parse(row.texts) as NoticeTexts) : null
    },
  }
}
