import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import type { Actor } from '../protocol/log-event.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createAccountAdmin } from './account-admin.ts'
import { importAccounts } from './account-import.ts'
import type { ForeignAccount } from './foreign-account.ts'
import { createPasswordHasher } from './password.ts'

const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const hash = `$2b$10$${'x'.repeat(53)}`

const row = (id: string, change: Partial<ForeignAccount> = {}): ForeignAccount => {
  return { place: 'row', id, hash, name: '', externalId: '', ...change }
}

async function setUp(t: TestContext) {
  const store = await openSqliteStore(':memory:')
  t.after(() => store.close())
  const accounts = createAccountAdmin({
    records: store.accounts,
    passwords: await createPasswordHasher(60_000),
    siteNames: [],
    clock: () => 1_800_000_000_000,
    randomBytes,
  })
  const take = async (...rows: ForeignAccount[]) => {
    const skipped: string[] = []
    const skip = (place: string, reason: string) => skipped.push(`${place}: ${reason}`)
    return { ...(await importAccounts(rows, accounts, operator, skip)), reasons: skipped }
  }
  const kept = async () =>
    (await store.accounts.all()).map(({ id, name, externalId }) => [id, name, externalId])
  return { accounts, take, kept }
}

test('a row with a bad or a taken external id, or a bad name, costs nobody else’s', async t => {
  const { take, kept } = await setUp(t)
  const result = await take(
    row('a', { externalId: 'P-1', name: ' 홍길동 ' }),
    row('b', { externalId: 'P-1' }),
    row('c', { externalId: 'P\n3' }),
    row('d', { externalId: undefined }),
    row('e', { name: undefined }),
    row('f', { name: 'x'.repeat(65), externalId: 'P-6' }),
    row('g', { externalId: 'P-6' }),
    row('h'),
    row('i'),
  )
  const wrong = 'the external id is no text of at most 64 characters that can be seen'
  const wrongName = 'the name is no text of at most 64 characters that can be seen'
  assert.deepEqual(result.reasons, [
    'row "b": its external id is another account’s',
    `row "c": ${wrong}`,
    `row "d": ${wrong}`,
    `row "e": ${wrongName}`,
    `row "f": ${wrongName}`,
  ])
  assert.deepEqual([result.added, result.leftAlone, result.skipped], [4, 0, 5])
  assert.deepEqual(await kept(), [
    ['a', '홍길동', 'P-1'],
    ['g', '', 'P-6'],
    ['h', '', null],
    ['i', '', null],
  ])
})

test('imported again, an account is left alone, whatever stands in its row now', async t => {
  const { accounts, take, kept } = await setUp(t)
  await take(row('a', { externalId: 'P-1' }), row('b', { externalId: 'P-2' }))
  const b = await accounts.byId('b')
  assert.ok(b)
  await accounts.change(b, { id: 'other', externalId: null }, operator)
  const again = await take(
    row('A', { externalId: 'P-9', name: '김철수' }),
    row('other', { externalId: 'P-1' }),
  )
  assert.deepEqual(again, { added: 0, leftAlone: 2, skipped: 0, reasons: [] })
  assert.deepEqual(await kept(), [
    ['a', '', 'P-1'],
    ['other', '', null],
  ])
})

test('N54, N62: of two people of one file whose ids are the same here the second is named', async t => {
  const { take, kept } = await setUp(t)
  const rows = ['user_example', 'User_Example', 'full', 'Ｆｕｌｌ', ' full ', 'full'].map((id, n) =>
    row(id, { place: `row ${n + 1}` }),
  )
  const same = (first: string) => `its id is the same here as that of ${first}`
  const reasons = [
    `row 2 "User_Example": ${same('row 1 "user_example"')}`,
    `row 4 "Ｆｕｌｌ": ${same('row 3 "full"')}`,
    `row 5 " full ": ${same('row 3 "full"')}`,
    `row 6 "full": ${same('row 3 "full"')}`,
  ].map(text => `${text}; capitals and full-width letters do not matter`)
  assert.deepEqual(await take(...rows), { added: 2, leftAlone: 0, skipped: 4, reasons })
  assert.deepEqual(await take(...rows), { added: 0, leftAlone: 2, skipped: 4, reasons })
  assert.deepEqual(
    (await kept()).map(([id]) => id),
    ['full', 'user_example'],
  )
})

const hex = (length: number) => 'a1'.repeat(length / 2)
/** What stands in place of a password, and what is said of it. */
const unusable: [string | undefined, RegExp][] = [
  [undefined, /^there is no password hash$/],
  ['', /^there is no password hash$/],
  ['secure_password', /no hash that is known here, and may be a password itself; only bcrypt/],
  [hash.slice(0, 40), /bcrypt hash that is not whole/],
  [hash.replace('$2b$', '$2x$'), /bcrypt hash .* of a variant/],
  ['$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA', /not of version 19/],
  ['$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', /an argon2i or argon2d hash/],
  ['$argon2d$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaA', /an argon2i or argon2d hash/],
  [`pbkdf2_sha256$600000$salt$${hex(44)}`, /a PBKDF2 hash/],
  [`pbkdf2:sha256:600000$salt$${hex(64)}`, /a PBKDF2 hash/],
  ['$pbkdf2-sha256$29000$c2FsdA$aGFzaA', /a PBKDF2 hash/],
  [`scrypt:32768:8:1$salt$${hex(128)}`, /a scrypt hash/],
  ['$6$salt$hash', /a crypt hash of Unix/],
  ['{SSHA}aGFzaA==', /a hash of LDAP/],
  ['sha1$salt$hash', /a fast hash/],
  [hex(128), /a SHA-512 hash/],
  [hex(64).toUpperCase(), /a SHA-256 hash/],
  [hex(40), /a SHA-1 hash/],
  [hex(32), /an MD5 hash/],
]

test('N54, N62: whoever is left out is named by its id, with what stands in place of its hash', async t => {
  const { take } = await setUp(t)
  for (const [text, words] of unusable) {
    const { reasons, skipped } = await take(row('hong', { hash: text }))
    assert.equal(skipped, 1, text)
    const [who, why = ''] = (reasons[0] ?? '').split(': ')
    assert.equal(who, 'row "hong"')
    assert.match(why, words, text)
    assert.ok(!text || !why.includes(text))
  }
  const named = async (id: string | undefined) => {
    const { reasons } = await take(row('', { id, hash: undefined }))
    return reasons[0]?.split(': ')[0]
  }
  assert.equal(await named('a\u001b[2Jb'), 'row "a\\u001b[2Jb"')
  assert.equal(await named('a\u202eb\u00adc\u009bd'), 'row "a\\u{202e}b\\u{ad}c\\u{9b}d"')
  // What may be a hash, because columns were mistaken for each other, is not said.
  for (const id of [hash, hash.slice(0, 20), hex(32), `pbkdf2_sha256$1$a$b`, 'x'.repeat(65)]) {
    assert.equal(await named(id), 'row', id)
  }
  for (const id of [undefined, '', ' ']) {
    const { reasons } = await take(row('', { id }))
    assert.match(reasons[0] ?? '', /: there is no id$/)
  }
})
