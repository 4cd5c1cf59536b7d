import assert from 'node:assert/strict'
import { test } from 'node:test'
import { claimNames } from '../../server/src/protocol/claims.ts'
import type { Client } from '../../server/src/store/client.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { addClient, client, clientEvent, start, there } from './rows.ts'

/** What the store promises about clients. */
export function clientPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a client is found by its id, exactly as added, on every node', async (one, other) => {
    const full = client('full', {
      name: { ko: `'; DROP TABLE clients; -- \\ " %`, en: '👩🏽‍⚕️' },
      claims: claimNames,
      endpoint: 'https://emr.example.org/hooks?a=1',
      oldCredentialHash: 'an older hash',
      oldCredentialUntil: Number.MAX_SAFE_INTEGER,
      oldWebhookSecret: 'sealed earlier',
      oldWebhookUntil: start,
    })
    const empty = client('empty', { credentialHash: null, webhookSecret: null, removedAt: start })
    for (const row of [full, empty, client('clinic', { claims: ['name'] })]) {
      const { old, next } = await addClient(one, row)
      assert.deepEqual([old, next], [null, row])
      assert.deepEqual(await other.clients.byId(row.id), row)
    }
  })

  check('S072: whatever is not the id or the hash to the letter finds nobody', async one => {
    const { clients } = one
    await addClient(one, client('clinic', { credentialHash: 'a hash' }))
    for (const other of ['', 'Clinic', 'clinic ', '%', 'clini_', "' OR '1'='1"]) {
      assert.equal(await clients.byId(other), null, other)
    }
    for (const other of ['', 'A HASH', 'a hash ', '%', 'clinic']) {
      assert.equal(await clients.byCredentialHash(other), null, other)
    }
  })

  check('a client is found by its credential and by the one before', async one => {
    const rotated = client('rotated', { credentialHash: 'new', oldCredentialHash: 'old' })
    await addClient(one, rotated)
    const other = client('other', { credentialHash: 'another' })
    await addClient(one, other)
    // A client without any, as once they were removed, is found by no hash.
    await addClient(one, client('removed', { credentialHash: null }))
    const { clients } = one
    for (const hash of ['new', 'old'])
      assert.deepEqual(await clients.byCredentialHash(hash), rotated)
    assert.deepEqual(await clients.byCredentialHash('another'), other)
    assert.equal(await clients.byCredentialHash('null'), null)
  })

  check('two clients never share a credential, and many have none', async one => {
    const first = client('first', { credentialHash: 'a hash' })
    await addClient(one, first)
    await assert.rejects(addClient(one, client('second', { credentialHash: 'a hash' })))
    assert.equal(await one.clients.byId('second'), null)
    for (const id of ['third', 'fourth']) await addClient(one, client(id, { credentialHash: null }))
    assert.deepEqual(await one.clients.byCredentialHash('a hash'), first)
  })

  check('of 20 clients of one id that two nodes add at once, one is added', async (one, other) => {
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        addClient(n % 2 ? one : other, client('clinic', { credentialHash: `hash ${n}` })),
      ),
    )
    const [first, ...more] = added.filter(({ old }) => old === null)
    assert.ok(first)
    assert.deepEqual(more, [])
    for (const { next } of added) assert.deepEqual(next, first.next)
    assert.deepEqual(await one.clients.all(), [first.next])
  })

  check('what a client was granted is taken away on every node at once', async (one, other) => {
    await addClient(one, client('clinic', { claims: ['name', 'external_id'] }))
    const without = there<Client>(old => ({
      next: { ...old, claims: ['external_id'] },
      events: [clientEvent('clinic', 'client.changed')],
    }))
    await one.clients.update('clinic', without)
    assert.deepEqual((await other.clients.byId('clinic'))?.claims, ['external_id'])
    assert.deepEqual((await other.clients.byCredentialHash('hash of clinic'))?.claims, [
      'external_id',
    ])
  })

  check('all clients are listed by id, removed ones too', async one => {
    assert.deepEqual(await one.clients.all(), [])
    const rows = [client('b', { removedAt: start, credentialHash: null }), client('a'), client('c')]
    for (const row of rows) await addClient(one, row)
    assert.deepEqual(
      (await one.clients.all()).map(({ id }) => id),
      ['a', 'b', 'c'],
    )
  })
}
