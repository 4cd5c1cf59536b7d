import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { deriveKeyring } from '../protocol/keyring.ts'
import { system } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createRememberedPhones, rememberedLife } from './remembered-phones.ts'

const start = 1_800_000_000_000
const day = 86_400_000
const asked = { signIn: 'a sign-in', phoneKey: 'a phone', kind: 'iphone' } as const

const hong: Account = {
  ...{ key: 'a key', id: 'hong', idKey: 'hong', idSkeleton: 'hong', name: '홍길동' },
  ...{
    passwordHash: '',
    epoch: 0,
    subjectSeed: '',
    externalId: null,
    recoveryHash: null,
    recoveryExpiresAt: null,
  },
  ...{ consentVersion: null, consentedAt: null },
  ...{ disabledAt: null, removedAt: null, deleteAt: null, createdAt: start },
}

async function setUp(t: TestContext) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  await store.accounts.update(hong.key, () => ({ next: hong, events: [], quiet: true }))
  const time = { now: start }
  const under = (restoredAt: number | null = null) =>
    createRememberedPhones({
      records: store.rememberedPhones,
      accounts: store.accounts,
      keyring: deriveKeyring(['a secret key of this test alone'], 'remembered phone'),
      clock: () => time.now,
      restoredAt,
    })
  const phones = under()
  const write = async (changes: ReturnType<typeof phones.begin>) => {
    for (const [hash, decide] of changes) await store.rememberedPhones.update(hash, decide)
  }
  await write(phones.begin(asked, { account: hong, amr: ['pwd'] }, system))
  const secret = phones.secretOf(asked.signIn, asked.phoneKey)
  const use = async () => {
    const found = await phones.find(secret)
    assert.ok(found)
    await write(phones.use(found.phone))
  }
  const row = async () => (await store.rememberedPhones.of(hong.key))[0]
  return { store, phones, under, secret, use, row, time }
}

test('after a backup was restored nobody is remembered: they may have been forgotten since', async t => {
  const { under, secret, time } = await setUp(t)
  assert.ok(await under(start - 1).find(secret))
  time.now = start + day
  assert.equal(await under(start).find(secret), null)
})

test('a use is written down once a day, and not at every sign-in', async t => {
  const { use, row, time } = await setUp(t)
  time.now = start + day - 1
  await use()
  assert.equal((await row())?.usedAt, start)
  time.now = start + day
  await use()
  assert.equal((await row())?.usedAt, start + day)
})

test('N79: a clock that was wrong for a while gives a phone no more than its time', async t => {
  const { use, row, time, phones, secret } = await setUp(t)
  time.now = start + 50 * day
  await use()
  time.now = start + day
  await use()
  assert.equal((await row())?.usedAt, start + day)
  time.now = start + day + rememberedLife
  assert.equal(await phones.find(secret), null)
})

test('what is forgotten between the look and the approval approves nothing', async t => {
  const { phones, secret, store, row } = await setUp(t)
  const found = await phones.find(secret)
  assert.ok(found)
  await phones.forget((await row())?.hash ?? '', system)
  const [[hash, decide] = []] = [...phones.use(found.phone)]
  assert.ok(hash && decide)
  await assert.rejects(store.rememberedPhones.update(hash, decide), { code: 'phone_forgotten' })
})
