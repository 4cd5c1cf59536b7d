import { claimsFromText, claimsToText } from '../../protocol/claims.ts'
import type { Client, ClientRecords } from '../client.ts'
import type { Engine } from './engine.ts'
import type { Database, Noun, Update } from './noun.ts'
import { retryWhileBusy } from './retry-while-busy.ts'
import type { ClientsTable } from './tables.ts'

function clientToRow(client: Client): ClientsTable {
  return {
    id: client.id,
    name_ko: client.name.ko,
    name_en: client.name.en,
    claims: claimsToText(client.claims),
    endpoint: client.endpoint,
    credential_hash: client.credentialHash,
    old_credential_hash: client.oldCredentialHash,
    old_credential_until: client.oldCredentialUntil,
    webhook_secret: client.webhookSecret,
    old_webhook_secret: client.oldWebhookSecret,
    old_webhook_until: client.oldWebhookUntil,
    services: JSON.stringify(client.services),
    staff_calls: client.staffCalls ? 1 : 0,
    failing_since: client.failingSince,
    webhooks_off_at: client.webhooksOffAt,
    created_at: client.createdAt,
    removed_at: client.removedAt,
  }
}

function clientFromRow(row: ClientsTable): Client {
  return {
    id: row.id,
    name: { ko: row.name_ko, en: row.name_en },
    claims: claimsFromText(row.claims),
    endpoint: row.endpoint,
    credentialHash: row.credential_hash,
    oldCredentialHash: row.old_credential_hash,
    oldCredentialUntil: row.old_credential_until,
    webhookSecret: row.webhook_secret,
    oldWebhookSecret: row.old_webhook_secret,
    oldWebhookUntil: row.old_webhook_until,
    services: JSON.parse(row.services ?? '[]') as Client['services'],
    staffCalls: row.staff_calls === 1,
    failingSince: row.failing_since,
    webhooksOffAt: row.webhooks_off_at,
    createdAt: row.created_at,
    removedAt: row.removed_at,
  }
}

function clientNoun(engine: Engine): Noun<string, Client> {
  return {
    async lock(trx, id) {
      const query = trx.selectFrom('clients').selectAll().where('id', '=', id)
      const row = await engine.lockRow(query).executeTakeFirst()
      return row ? clientFromRow(row) : null
    },
    async write(trx, next, old) {
      const row = clientToRow(next)
      const query = old
        ? trx.updateTable('clients').set(row).where('id', '=', old.id)
        : trx.insertInto('clients').values(row)
      await query.execute()
    },
  }
}

export function clients(db: Database, engine: Engine, update: Update): ClientRecords {
  const noun = clientNoun(engine)

  return {
    update: (id, decide) => update(noun, id, decide),
    async byId(id) {
      const query = db.selectFrom('clients').selectAll().where('id', '=', id)
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? clientFromRow(row) : null
    },
    async byCredentialHash(credentialHash) {
      const query = db
        .selectFrom('clients')
        .selectAll()
        .where(row =>
          row.or([
            row('credential_hash', '=', credentialHash),
            row('old_credential_hash', '=', credentialHash),
          ]),
        )
      const row = await retryWhileBusy(engine, () => query.executeTakeFirst())
      return row ? clientFromRow(row) : null
    },
    async all() {
      const query = db.selectFrom('clients').selectAll().orderBy('id')
      return (await retryWhileBusy(engine, () => query.execute())).map(clientFromRow)
    },
  }
}
