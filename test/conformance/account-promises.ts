import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenStore } from './open-store.ts'
import { account, start } from './rows.ts'

/** What the store promises about accounts. */
export function accountPromises(name: string, open: OpenStore): void {
  test(`${name}: an account is found by its key and by its id key, exactly as added`, async t => {
    const { accounts } = await open(t)
    const hong = account('a key', { disabledAt: start })
    assert.equal(await accounts.add(hong, '홍gildong', 'skeleton'), true)
    assert.deepEqual(await accounts.byKey('a key'), hong)
    assert.deepEqual(await accounts.byIdKey('홍gildong'), hong)
    assert.equal((await accounts.byKey('a key'))?.id, '홍Gildong')
  })

  test(`${name}: S072: whatever is not the key to the letter finds nobody`, async t => {
    const { accounts } = await open(t)
    await accounts.add(account('a key'), 'hong', 'h0ng')
    for (const other of ['', 'Hong', 'hong ', '%', 'h_ng', "' OR '1'='1", 'a key', '홍Gildong']) {
      assert.equal(await accounts.byIdKey(other), null, other)
    }
    for (const other of ['', 'A KEY', '%', 'hong']) assert.equal(await accounts.byKey(other), null)
  })

  test(`${name}: a second account of the same id key is not added, and the first stays`, async t => {
    const { accounts } = await open(t)
    const first = account('first')
    assert.equal(await accounts.add(first, 'hong', 'h0ng'), true)
    assert.equal(await accounts.add(account('second', { name: '홍동' }), 'hong', 'other'), false)
    assert.deepEqual(await accounts.byIdKey('hong'), first)
    assert.equal(await accounts.byKey('second'), null)
    assert.equal(await accounts.add(account('second'), 'hong2', 'other'), true)
  })

  test(`${name}: of 50 accounts of one id key added at once, one is added`, async t => {
    const { accounts } = await open(t)
    const added = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        accounts.add(account(`key ${index}`), 'race', `skeleton ${index}`),
      ),
    )
    assert.equal(added.filter(Boolean).length, 1)
    assert.equal((await accounts.byIdKey('race'))?.key, `key ${added.indexOf(true)}`)
  })

  test(`${name}: two accounts never share a key`, async t => {
    const { accounts } = await open(t)
    const first = account('the key')
    await accounts.add(first, 'one', 'one')
    await accounts.add(account('the key', { name: '' }), 'two', 'two')
    assert.deepEqual(await accounts.byKey('the key'), first)
    assert.equal(await accounts.byIdKey('two'), null)
  })

  test(`${name}: S052: an id that looks like a taken one is taken`, async t => {
    const { accounts } = await open(t)
    await accounts.add(account('first'), 'hong', 'h0ng')
    assert.equal(await accounts.add(account('second'), 'h0ng', 'h0ng'), false)
    assert.equal(await accounts.byIdKey('h0ng'), null)
    // A skeleton only says what looks alike; nobody is found by it.
    assert.equal(await accounts.add(account('third'), 'other', 'hong'), true)
    assert.equal((await accounts.byIdKey('hong'))?.key, 'first')
  })

  test(`${name}: S053: a hash is replaced only where it is still the one that was seen`, async t => {
    const { accounts } = await open(t)
    const hong = account('a key')
    await accounts.add(hong, 'hong', 'hong')
    assert.equal(await accounts.setPasswordHash('a key', 'newer', 'not its hash'), false)
    assert.deepEqual(await accounts.byKey('a key'), hong)
    assert.equal(await accounts.setPasswordHash('a key', 'newer', hong.passwordHash), true)
    assert.equal(await accounts.setPasswordHash('a key', 'newest'), true)
    assert.equal((await accounts.byKey('a key'))?.passwordHash, 'newest')
    assert.equal(await accounts.setPasswordHash('no such key', 'newest'), false)
    const changes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => accounts.setPasswordHash('a key', `${n}`, 'newest')),
    )
    assert.equal(changes.filter(Boolean).length, 1)
    assert.equal((await accounts.byKey('a key'))?.passwordHash, `${changes.indexOf(true)}`)
  })

  test(`${name}: S047: an account is disabled and enabled again, and no other with it`, async t => {
    const { accounts } = await open(t)
    await accounts.add(account('one'), 'one', 'one')
    await accounts.add(account('two'), 'two', 'two')
    await accounts.setDisabled('one', start)
    assert.equal((await accounts.byKey('one'))?.disabledAt, start)
    assert.equal((await accounts.byKey('two'))?.disabledAt, null)
    await accounts.setDisabled('one', null)
    assert.equal((await accounts.byIdKey('one'))?.disabledAt, null)
    await accounts.setDisabled('no such key', start)
  })

  test(`${name}: all accounts are listed in the order of their id keys`, async t => {
    const { accounts } = await open(t)
    assert.deepEqual(await accounts.all(), [])
    for (const key of ['c', 'a', 'b']) await accounts.add(account(key), `id ${key}`, key)
    assert.deepEqual(
      (await accounts.all()).map(({ key }) => key),
      ['a', 'b', 'c'],
    )
  })
}
