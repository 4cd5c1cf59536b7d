import { isDeepStrictEqual } from 'node:util'
import type { SigningKey, SigningKeyRecords } from '../signing-key.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { SigningKeysTable } from './tables.ts'

/** Its row in `locks`: all keys change together. */
const lockName = 'signing keys'

function signingKeyToRow(key: SigningKey): SigningKeysTable {
  return {
    id: key.id,
    public_key: key.publicKey,
    private_key: key.privateKey,
    signs_from: key.signsFrom,
    accepted_until: key.acceptedUntil,
    created_at: key.createdAt,
  }
}

function signingKeyFromRow(row: SigningKeysTable): SigningKey {
  return {
    id: row.id,
    publicKey: row.public_key,
    privateKey: row.private_key,
    signsFrom: row.signs_from,
    acceptedUntil: row.accepted_until,
    createdAt: row.created_at,
  }
}

async function readAll(db: Database): Promise<SigningKey[]> {
  const query = db.selectFrom('signing_keys').selectAll().orderBy('signs_from').orderBy('id')
  return (await query.execute()).map(signingKeyFromRow)
}

function signingKeysNoun(engine: Engine): Noun<string, readonly SigningKey[]> {
  return {
    async lock(trx, name) {
      const lock = trx.selectFrom('locks').selectAll().where('name', '=', name)
      await engine.lockRow(lock).executeTakeFirstOrThrow()
      return readAll(trx)
    },
    async write(trx, next, old) {
      const known = new Map(old?.map(key => [key.id, key]))
      for (const key of next) {
        const before = known.get(key.id)
        known.delete(key.id)
        if (isDeepStrictEqual(before, key)) continue
        const row = signingKeyToRow(key)
        const query = before
          ? trx.updateTable('signing_keys').set(row).where('id', '=', key.id)
          : trx.insertInto('signing_keys').values(row)
        await query.execute()
      }
      for (const id of known.keys()) {
        await trx.deleteFrom('signing_keys').where('id', '=', id).execute()
      }
    },
  }
}

export function signingKeys(db: Database, engine: Engine, update: Update): SigningKeyRecords {
  const noun = signingKeysNoun(engine)
  return {
    update: decide => update(noun, lockName, old => decide(old ?? [])),
    all: () => retryWhileBusy(engine, () => readAll(db)),
  }
}
