import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Refusal } from '../../server/src/errors.ts'
import type { Account } from '../../server/src/store/account.ts'
import { type Decide, unchanged } from '../../server/src/store/change.ts'
import type { OpenStore } from './open-store.ts'
import { account, accountEvent, addAccount, start, subject, there } from './rows.ts'
import { tell } from './subject-promises.ts'

const taken = new Refusal('account_exists')
const externalTaken = new Refusal('external_id_taken')

/** Another password, where the account still has the one that was seen. */
const replaced =
  (seen: string, passwordHash: string): Decide<Account> =>
  old => {
    if (!old) throw new Refusal('account_unusable')
    if (old.passwordHash !== seen) return unchanged(old)
    const events = [accountEvent(old.key, 'account.password_changed')]
    return { next: { ...old, passwordHash }, events }
  }

const switched =
  (disabledAt: number | null): Decide<Account> =>
  old => {
    if (!old) throw new Refusal('account_unusable')
    return { next: { ...old, disabledAt }, events: [accountEvent(old.key, 'account.disabled')] }
  }

const removed = (key: string) => {
  const events = [accountEvent(key, 'account.removed')]
  const nobody = { id: '', idKey: `removed ${key}`, idSkeleton: `removed ${key}`, externalId: null }
  return there<Account>(old => ({ next: { ...old, ...nobody, removedAt: start }, events }))
}

/** What the store promises about accounts. */
export function accountPromises(name: string, open: OpenStore): void {
  test(`${name}: an account is found by its key and by its id key, exactly as added`, async t => {
    const store = await open(t)
    const { accounts } = store
    const hong = account('a key', { idKey: '홍gildong', disabledAt: start })
    const { old, next } = await addAccount(store, hong)
    assert.deepEqual([old, next], [null, hong])
    assert.deepEqual(await accounts.byKey('a key'), hong)
    assert.deepEqual(await accounts.byIdKey('홍gildong'), hong)
    assert.equal((await accounts.byKey('a key'))?.id, '홍Gildong')
  })

  test(`${name}: S072: whatever is not the key to the letter finds nobody`, async t => {
    const store = await open(t)
    const { accounts } = store
    await addAccount(store, account('a key', { idKey: 'hong', idSkeleton: 'h0ng' }))
    for (const other of ['', 'Hong', 'hong ', '%', 'h_ng', "' OR '1'='1", 'a key', '홍Gildong']) {
      assert.equal(await accounts.byIdKey(other), null, other)
    }
    for (const other of ['', 'A KEY', '%', 'hong']) assert.equal(await accounts.byKey(other), null)
  })

  test(`${name}: accounts whose recovery link ran out before are found, and no others`, async t => {
    const store = await open(t)
    for (const [key, recoveryExpiresAt] of [
      ['past', start - 1],
      ['present', start],
      ['never', null],
    ] as const) {
      const recoveryHash = recoveryExpiresAt === null ? null : `hash of ${key}`
      await addAccount(store, account(key, { recoveryHash, recoveryExpiresAt }))
    }
    assert.deepEqual(await store.accounts.pastRecovery(start, 10), ['past'])
    assert.equal((await store.accounts.pastRecovery(start + 1, 1)).length, 1)
  })

  test(`${name}: an account is found by its recovery link’s hash, as long as it has that`, async t => {
    const store = await open(t)
    const { accounts } = store
    const lost = { recoveryHash: 'hash of a link', recoveryExpiresAt: start + 1 }
    const [hong, kim] = [account('hong', lost), account('kim')]
    for (const row of [hong, kim]) await addAccount(store, row)
    assert.deepEqual(await accounts.byRecoveryHash('hash of a link', start), hong)
    assert.equal(await accounts.byRecoveryHash('hash of a link', start + 1), null)
    const off = account('off', { ...lost, recoveryHash: 'of one who is off', disabledAt: start })
    await addAccount(store, off)
    assert.equal(await accounts.byRecoveryHash('of one who is off', start), null)
    for (const other of ['', 'Hash of a link', 'hash of a lin_', '%', 'null']) {
      assert.equal(await accounts.byRecoveryHash(other, start), null, other)
    }
    const used = { recoveryHash: null, recoveryExpiresAt: null, epoch: 1 }
    await accounts.update(
      'hong',
      there(old => ({ next: { ...old, ...used }, events: [], quiet: true })),
    )
    assert.equal(await accounts.byRecoveryHash('hash of a link', start), null)
    assert.deepEqual(await accounts.byKey('hong'), { ...hong, ...used })
  })

  test(`${name}: a second account of the same id key is refused, and the first stays`, async t => {
    const store = await open(t)
    const { accounts } = store
    const first = account('first', { idKey: 'hong' })
    await addAccount(store, first)
    const second = account('second', { idKey: 'hong', name: '홍동' })
    await assert.rejects(addAccount(store, second), taken)
    assert.deepEqual(await accounts.byIdKey('hong'), first)
    assert.equal(await accounts.byKey('second'), null)
    await addAccount(store, { ...second, idKey: 'hong2' })
    assert.equal((await accounts.byIdKey('hong2'))?.key, 'second')
  })

  test(`${name}: of 50 accounts of one id key added at once, one is added`, async t => {
    const store = await open(t)
    const added = await Promise.allSettled(
      Array.from({ length: 50 }, (_, index) =>
        addAccount(store, account(`key ${index}`, { idKey: 'race' })),
      ),
    )
    const won = added.flatMap(result => (result.status === 'fulfilled' ? [result.value.next] : []))
    assert.equal(won.length, 1)
    for (const result of added) {
      if (result.status === 'rejected') assert.deepEqual(result.reason, taken)
    }
    assert.deepEqual(await store.accounts.all(), won)
  })

  test(`${name}: two accounts never share a key: whoever comes second is shown the first`, async t => {
    const store = await open(t)
    const { accounts } = store
    const added = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        addAccount(store, account('the key', { id: `id ${n}` })),
      ),
    )
    const first = added.find(({ old }) => old === null)?.next
    assert.ok(first)
    assert.equal(added.filter(({ old }) => old === null).length, 1)
    for (const { next } of added) assert.deepEqual(next, first)
    assert.deepEqual(await accounts.byKey('the key'), first)
    const two = account('the key', { idKey: 'two', idSkeleton: 'two', name: '' })
    assert.deepEqual((await addAccount(store, two)).old, first)
    assert.deepEqual(await accounts.byKey('the key'), first)
    assert.equal(await accounts.byIdKey('two'), null)
  })

  test(`${name}: S052: an id that looks like a taken one is taken`, async t => {
    const store = await open(t)
    const { accounts } = store
    await addAccount(store, account('first', { idKey: 'hong', idSkeleton: 'h0ng' }))
    const second = account('second', { idKey: 'h0ng', idSkeleton: 'h0ng' })
    await assert.rejects(addAccount(store, second), taken)
    assert.equal(await accounts.byIdKey('h0ng'), null)
    // A skeleton only says what looks alike; nobody is found by it.
    await addAccount(store, account('third', { idKey: 'other', idSkeleton: 'hong' }))
    assert.equal((await accounts.byIdKey('hong'))?.key, 'first')
  })

  test(`${name}: S052: nor can an account that is there take an id that another one has`, async t => {
    const store = await open(t)
    const { accounts } = store
    await addAccount(store, account('first', { idKey: 'hong', idSkeleton: 'h0ng' }))
    const second = account('second')
    await addAccount(store, second)
    for (const change of [{ idKey: 'hong' }, { idSkeleton: 'h0ng' }]) {
      const events = [accountEvent('second', 'account.enabled')]
      const next = { ...second, ...change }
      await assert.rejects(
        accounts.update('second', () => ({ next, events })),
        taken,
      )
    }
    assert.deepEqual(await accounts.byKey('second'), second)
  })

  test(`${name}: an external id is one account's, compared to the letter`, async t => {
    const store = await open(t)
    const { accounts } = store
    const first = account('first', { externalId: 'P-가1' })
    await addAccount(store, first)
    assert.deepEqual(await accounts.byKey('first'), first)
    await assert.rejects(
      addAccount(store, account('second', { externalId: 'P-가1' })),
      externalTaken,
    )
    assert.equal(await accounts.byKey('second'), null)
    for (const [n, externalId] of ['p-가1', 'P-가1 ', 'P-가10', null, null].entries()) {
      await addAccount(store, account(`other ${n}`, { externalId }))
    }
    const events = [accountEvent('other 3', 'account.changed')]
    const give = (externalId: string | null) =>
      there<Account>(old => ({ next: { ...old, externalId }, events }))
    await assert.rejects(accounts.update('other 3', give('P-가1')), externalTaken)
    assert.equal((await accounts.byKey('other 3'))?.externalId, null)
    await accounts.update('first', give(null))
    await accounts.update('other 3', give('P-가1'))
    assert.equal((await accounts.byKey('other 3'))?.externalId, 'P-가1')
  })

  test(`${name}: it is told apart what is taken: the id or the external id`, async t => {
    const store = await open(t)
    await addAccount(store, account('first', { externalId: 'P-1' }))
    const { idKey, idSkeleton } = account('first')
    for (const id of [{ idKey }, { idSkeleton }]) {
      await assert.rejects(addAccount(store, account('x', { ...id, externalId: 'P-2' })), taken)
    }
    await assert.rejects(addAccount(store, account('x', { externalId: 'P-1' })), externalTaken)
  })

  test(`${name}: S053: a hash is replaced only where it is still the one that was seen`, async t => {
    const store = await open(t)
    const { accounts } = store
    const hong = account('a key')
    await addAccount(store, hong)
    const { next } = await accounts.update('a key', replaced('not its hash', 'newer'))
    assert.deepEqual(next, hong)
    assert.deepEqual(await accounts.byKey('a key'), hong)
    await accounts.update('a key', replaced(hong.passwordHash, 'newest'))
    assert.equal((await accounts.byKey('a key'))?.passwordHash, 'newest')
    const nobody = accounts.update('no such key', replaced('newest', 'another'))
    await assert.rejects(nobody, new Refusal('account_unusable'))
    assert.equal(await accounts.byKey('no such key'), null)
    const changes = await Promise.all(
      Array.from({ length: 20 }, (_, n) => accounts.update('a key', replaced('newest', `${n}`))),
    )
    const done = changes.map(({ events }) => events.length > 0)
    assert.equal(done.filter(Boolean).length, 1)
    assert.equal((await accounts.byKey('a key'))?.passwordHash, `${done.indexOf(true)}`)
  })

  test(`${name}: S047: an account is disabled and enabled again, and no other with it`, async t => {
    const store = await open(t)
    const { accounts } = store
    const [one, two] = [account('one'), account('two')]
    await addAccount(store, one)
    await addAccount(store, two)
    await accounts.update('one', switched(start))
    assert.deepEqual(await accounts.byKey('one'), { ...one, disabledAt: start })
    assert.deepEqual(await accounts.byKey('two'), two)
    await accounts.update('one', switched(null))
    assert.deepEqual(await accounts.byIdKey(one.idKey), one)
    await assert.rejects(accounts.update('no such key', switched(start)))
    assert.deepEqual(await accounts.all(), [one, two])
  })

  test(`${name}: all accounts are listed in the order of their id keys`, async t => {
    const store = await open(t)
    assert.deepEqual(await store.accounts.all(), [])
    const ids = { c: 'id 1', a: 'id 2', b: 'id 3' }
    for (const [key, idKey] of Object.entries(ids)) await addAccount(store, account(key, { idKey }))
    assert.deepEqual(
      (await store.accounts.all()).map(({ key }) => key),
      ['c', 'a', 'b'],
    )
  })
  test(`${name}: N54: with an account go its usual places and subjects, and its id is free`, async t => {
    const store = await open(t)
    const { accounts, usualPlaces, subjects } = store
    const ids = { idKey: 'hong', idSkeleton: 'h0ng', externalId: 'P-1' }
    const [gone, stays] = [account('gone', ids), account('stays')]
    for (const row of [gone, stays]) {
      await addAccount(store, row)
      await tell(store, subject('clinic', row.key, { sub: row.key }))
      await tell(store, subject('library', row.key, { sub: row.key }))
      await usualPlaces.remember([{ account: row.key, place: 'home', seenAt: start }], 8)
    }
    await accounts.update('gone', removed('gone'))
    assert.deepEqual(await accounts.all(), [stays])
    assert.equal(await accounts.byIdKey('hong'), null)
    assert.equal((await accounts.byKey('gone'))?.removedAt, start)
    for (const [key, left] of [
      ['gone', 0],
      ['stays', 1],
    ] as const) {
      assert.equal((await usualPlaces.of(key, ['home'])).length, left)
      for (const client of ['clinic', 'library']) {
        assert.equal((await subjects.bySub(client, key))?.account, left ? key : undefined)
      }
    }
    await addAccount(store, account('next', ids))
    assert.equal((await accounts.byIdKey('hong'))?.key, 'next')
    await accounts.update('stays', removed('stays'))
    assert.deepEqual(
      (await accounts.all()).map(({ key }) => key),
      ['next'],
    )
  })
}
