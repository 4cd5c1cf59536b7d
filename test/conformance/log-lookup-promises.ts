import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CompiledQuery, createQueryId, type RootOperationNode } from 'kysely'
import type { Engine } from '../../server/src/store/sql/engine.ts'
import { createHealth } from '../../server/src/store/sql/health.ts'
import { log } from '../../server/src/store/sql/log.ts'
import { take } from './leases.ts'
import type { OpenDatabase } from './open-store.ts'
import { accountEvent } from './rows.ts'

/** How what the log tells of an account is found, however long the log is. */
export function logLookupPromises(
  name: string,
  openDatabase: OpenDatabase,
  explain: 'explain query plan' | 'explain',
): void {
  test(`${name}: what the log tells of one account is found by its index, sealed or not`, async t => {
    const { one, raw } = await openDatabase(t)
    const events = Array.from({ length: 5_000 }, (_, n) => accountEvent(`account ${n % 500}`))
    for (let done = 0; done < 4_500; done += 500) await one.log.add(events.slice(done, done + 500))
    await one.log.seal(await take(one), 4_500)
    await one.log.add(events.slice(4_500))
    // As Postgres does by itself once a table has grown.
    await raw.executeQuery(CompiledQuery.raw('analyze log'))

    const asked: RootOperationNode[] = []
    const watched = raw.withPlugin({
      transformQuery({ node }) {
        asked.push(node)
        return node
      },
      transformResult: async ({ result }) => result,
    })
    const well = { knownTrouble: () => null, health: createHealth() }
    const records = log(watched, well as unknown as Engine)
    const query = { account: 'account 7' }
    for (const from of ['newest', { after: 0 }] as const) {
      assert.equal((await records.find(query, from, 1_000)).length, 9)
      assert.equal((await records.waiting(query, from, 1_000)).length, 1)
    }
    const compiled = asked.map(node => raw.getExecutor().compileQuery(node, createQueryId()))
    const ofAccount = compiled.filter(({ parameters }) => parameters.includes(query.account))
    assert.equal(ofAccount.length, 4)
    for (const { sql, parameters } of ofAccount) {
      const plan = await raw.executeQuery(CompiledQuery.raw(`${explain} ${sql}`, [...parameters]))
      assert.match(JSON.stringify(plan.rows), /log_account/, sql)
    }
  })
}
