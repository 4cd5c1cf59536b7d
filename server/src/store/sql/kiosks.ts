import { sql } from 'kysely'
import { policyVersion, versionLength } from '../../protocol/policy.ts'
import type { Kiosk, KioskRecords } from '../kiosk.ts'
import type { Engine } from './engine.ts'
import type { Database, InTransaction, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { KiosksTable } from './tables.ts'

/** Built-in kiosks have the numbers below. */
const firstKioskNumber = 100

function kioskToRow(kiosk: Kiosk): KiosksTable {
  return {
    number: kiosk.number,
    name_ko: kiosk.name.ko,
    name_en: kiosk.name.en,
    // Read by older nodes, which know another kind.
    ticket: 'compact',
    claimable: kiosk.claimable ? 1 : 0,
    credential_hash: kiosk.credentialHash,
    link_hash: kiosk.linkHash,
    link_expires_at: kiosk.linkExpiresAt,
    link_used_at: kiosk.linkUsedAt,
    revoked_at: kiosk.revokedAt,
    removed_at: kiosk.removedAt,
    client: kiosk.client,
    policy: kiosk.policy,
    created_at: kiosk.createdAt,
  }
}

function kioskFromRow(row: KiosksTable): Kiosk {
  return {
    number: row.number,
    name: { ko: row.name_ko, en: row.name_en },
    claimable: row.claimable === 1,
    credentialHash: row.credential_hash,
    linkHash: row.link_hash,
    linkExpiresAt: row.link_expires_at,
    linkUsedAt: row.link_used_at,
    revokedAt: row.revoked_at,
    removedAt: row.removed_at,
    client: row.client,
    policy: row.policy,
    createdAt: row.created_at,
  }
}

export function kioskNoun(engine: Engine): Noun<number, Kiosk> {
  return {
    async lock(trx, number) {
      const query = trx.selectFrom('kiosks').selectAll().where('number', '=', number)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? kioskFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = kioskToRow(next)
      const query = old
        ? trx.updateTable('kiosks').set(row).where('number', '=', old.number)
        : trx.insertInto('kiosks').values(row)
      await query.execute()
    },
  }
}

export function kiosks(db: Database, engine: Engine, update: Update): KioskRecords {
  const noun = kioskNoun(engine)
  // Always an insert: where a gate of before the lock takes the same number at this moment, it fails
  // and is tried again under the next one.
  const newKiosk = { ...noun, lock: async () => null }
  const find = async (
    column: 'number' | 'credential_hash' | 'link_hash',
    value: number | string,
  ) => {
    const query = db.selectFrom('kiosks').selectAll().where(column, '=', value)
    const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
    return row ? kioskFromRow(row) : null
  }

  const sameSecret = async ({ credentialHash, linkHash, name, createdAt }: Kiosk) => {
    const known = credentialHash
      ? await find('credential_hash', credentialHash)
      : linkHash && (await find('link_hash', linkHash))
    const same = known && known.createdAt === createdAt && known.name.ko === name.ko
    return same ? known : null
  }

  return {
    async add(make) {
      let made: Kiosk | undefined
      const decide = (_: Kiosk | null, number: number) => {
        const change = make(number)
        made = change.next
        return change
      }
      try {
        return (await update(newKiosk, trx => nextNumber(trx, engine), decide)).next
      } catch (error) {
        // A broken connection may hide that an earlier try succeeded; the secrets are random.
        const known = engine.isTaken(error) && made ? await sameSecret(made) : null
        if (!known) throw error
        return known
      }
    },
    update: (number, decide) => update(noun, number, decide),
    byNumber: number => find('number', number),
    byCredentialHash: credentialHash => find('credential_hash', credentialHash),
    byLinkHash: linkHash => find('link_hash', linkHash),
    async revoked() {
      const query = db.selectFrom('kiosks').select('number').where('revoked_at', 'is not', null)
      return (await retryWhileBusy(engine, () => query.execute())).map(row => row.number)
    },
    async ofClient(client) {
      const query = db
        .selectFrom('kiosks')
        .selectAll()
        .where('client', '=', client)
        .where('revoked_at', 'is', null)
        .orderBy('number')
      return (await retryWhileBusy(engine, () => query.execute())).map(kioskFromRow)
    },
    async policyVersions() {
      const query = db
        .selectFrom('kiosks')
        .select('number')
        // Only the beginning: all texts together may be long, and this is asked every two seconds.
        .select(sql<string>`substr(policy, 1, ${versionLength})`.as('head'))
        .where('policy', 'is not', null)
      const rows = await retryWhileBusy(engine, () => query.execute())
      return new Map(rows.map(({ number, head }) => [number, policyVersion(head)]))
    },
    async all() {
      const query = db
        .selectFrom('kiosks')
        .selectAll()
        .where('removed_at', 'is', null)
        .orderBy('number')
      return (await retryWhileBusy(engine, () => query.execute())).map(kioskFromRow)
    },
  }
}

/** The next free number, which is its caller's until the transaction ends. */
async function nextNumber(trx: InTransaction, engine: Engine): Promise<number> {
  const lock = trx.selectFrom('locks').selectAll().where('name', '=', 'kiosk numbers')
  await engine.lockRow(lock).executeTakeFirstOrThrow()
  const highest = await trx
    .selectFrom('kiosks')
    .select(columns => columns.fn.max('number').as('number'))
    .executeTakeFirst()
  return Math.max(highest?.number ?? 0, firstKioskNumber - 1) + 1
}
