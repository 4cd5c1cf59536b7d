import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenStore } from './open-store.ts'
import { account, start } from './rows.ts'

/** What the store promises about accounts. */
export function accountPromises(name: string, open: OpenStore): void {
  test(`${name}: an account is found by its key and by its id key, exactly as added`, async t => {
    const { accounts } = await open(t)
    const hong = account('a key', { disabledAt: start })
    assert.equal(await accounts.add(hong, '홍gildong'), true)
    assert.deepEqual(await accounts.byKey('a key'), hong)
    assert.deepEqual(await accounts.byIdKey('홍gildong'), hong)
    assert.equal((await accounts.byKey('a key'))?.id, '홍Gildong')
  })

  test(`${name}: S072: whatever is not the key to the letter finds nobody`, async t => {
    const { accounts } = await open(t)
    await accounts.add(account('a key'), 'hong')
    for (const other of ['', 'Hong', 'hong ', '%', 'h_ng', "' OR '1'='1", 'a key', '홍Gildong']) {
      assert.equal(await accounts.byIdKey(other), null, other)
    }
    for (const other of ['', 'A KEY', '%', 'hong']) assert.equal(await accounts.byKey(other), null)
  })

  test(`${name}: a second account of the same id key is not added, and the first stays`, async t => {
    const { accounts } = await open(t)
    const first = account('first')
    assert.equal(await accounts.add(first, 'hong'), true)
    assert.equal(await accounts.add(account('second', { name: '홍동' }), 'hong'), false)
    assert.deepEqual(await accounts.byIdKey('hong'), first)
    assert.equal(await accounts.byKey('second'), null)
    assert.equal(await accounts.add(account('second'), 'hong2'), true)
  })

  test(`${name}: of 50 accounts of one id key added at once, one is added`, async t => {
    const { accounts } = await open(t)
    const added = await Promise.all(
      Array.from({ length: 50 }, (_, index) => accounts.add(account(`key ${index}`), 'race')),
    )
    assert.equal(added.filter(Boolean).length, 1)
    assert.equal((await accounts.byIdKey('race'))?.key, `key ${added.indexOf(true)}`)
  })

  test(`${name}: two accounts never share a key`, async t => {
    const { accounts } = await open(t)
    const first = account('the key')
    await accounts.add(first, 'one')
    await assert.rejects(accounts.add(account('the key', { name: '' }), 'two'))
    assert.deepEqual(await accounts.byKey('the key'), first)
    assert.equal(await accounts.byIdKey('two'), null)
  })
}
