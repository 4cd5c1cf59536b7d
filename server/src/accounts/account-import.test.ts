import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { Refusal } from '../errors.ts'
import type { Actor } from '../protocol/log-event.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createAccountAdmin } from './account-admin.ts'
import { type ImportParts, importAccounts } from './account-import.ts'
import type { ForeignAccount } from './foreign-account.ts'
import { type ImportedRow, lineOf } from './imported-row.ts'
import { newIdsOf } from './new-ids.ts'
import { createPasswordHasher } from './password.ts'
import { rehearsedAccounts } from './rehearsed-accounts.ts'

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
    return takeWith(rows)
  }
  const takeWith = async (rows: ForeignAccount[], more: Partial<ImportParts> = {}) => {
    const lines: string[] = []
    const tell = (row: ImportedRow) => lines.push(lineOf(row) ?? '')
    const result = await importAccounts(rows, { accounts, by: operator, tell, ...more })
    return { ...result, lines: lines.filter(Boolean) }
  }
  const kept = async () =>
    (await store.accounts.all()).map(({ id, name, externalId }) => [id, name, externalId])
  return { store, accounts, take, takeWith, kept }
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
  assert.deepEqual(result.lines, [
    'row "b" skipped: its external id is another account’s',
    `row "c" skipped: ${wrong}`,
    `row "d" skipped: ${wrong}`,
    `row "e" skipped: ${wrongName}`,
    `row "f" skipped: ${wrongName}`,
  ])
  assert.deepEqual([result.added, result.leftAlone, result.leftOut], [4, 0, 5])
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
  assert.deepEqual(again, {
    added: 0,
    leftAlone: 2,
    leftOut: 0,
    lines: [
      'row "A" left alone: "a" is here already, with another name and external id',
      'row "other" left alone: it is here already, with another external id',
    ],
  })
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
  const lines = [
    `row 2 "User_Example" skipped: ${same('row 1 "user_example"')}`,
    `row 4 "Ｆｕｌｌ" skipped: ${same('row 3 "full"')}`,
    `row 5 " full " skipped: ${same('row 3 "full"')}`,
    `row 6 "full" skipped: ${same('row 3 "full"')}`,
  ].map(text => `${text}; capitals and full-width letters do not matter`)
  assert.deepEqual(await take(...rows), { added: 2, leftAlone: 0, leftOut: 4, lines })
  const here = ['row 1 "user_example"', 'row 3 "full"'].map(
    who => `${who} left alone: it is here already`,
  )
  const again = await take(...rows)
  assert.deepEqual([again.added, again.leftAlone, again.leftOut], [0, 2, 4])
  assert.deepEqual(again.lines.toSorted(), [...here, ...lines].toSorted())
  assert.deepEqual(
    (await kept()).map(([id]) => id),
    ['full', 'user_example'],
  )
})

test('N54: whoever is left out may have another id here: both Kim and kim are taken', async t => {
  const { takeWith, kept } = await setUp(t)
  const rows = [row('kim'), row('Kim'), row(' KIM '), row('x y'), row('lee')]
  const newIds = () => newIdsOf(['Kim=kim2', 'KIM=kim3', 'park=park2'], 'old,new\nx y,xy\n')
  const given = newIds()
  const taken = await takeWith(rows, { newIds: given })
  assert.deepEqual(taken, { added: 5, leftAlone: 0, leftOut: 0, lines: [] })
  assert.deepEqual(given.unused(), ['park'])
  const ids = (await kept()).map(([id]) => id)
  assert.deepEqual(ids, ['kim', 'kim2', 'kim3', 'lee', 'xy'])
  const again = await takeWith(rows, { newIds: newIds() })
  assert.deepEqual([again.added, again.leftAlone, again.leftOut], [0, 5, 0])
  assert.equal(again.lines[1], 'row "Kim" left alone: "kim2" is here already')
  // A new id obeys the rules of any other.
  const wrong = await takeWith([row('choi'), row('ha')], {
    newIds: newIdsOf(['choi=lee', 'ha=two words']),
  })
  assert.deepEqual([wrong.leftAlone, wrong.leftOut], [1, 1])
})

test('N54: what is no pair of ids, or would make one id two, is said', () => {
  const wrong: [string[], string, RegExp][] = [
    [['kim'], '', /--rename is OLD=NEW, and not "kim"/],
    [['=kim'], '', /--rename is OLD=NEW/],
    [['kim='], '', /--rename is OLD=NEW/],
    [['kim=a', 'kim=b'], '', /"kim" cannot become both "a" and "b"/],
    [['kim=a'], 'kim,b', /"kim" cannot become both "a" and "b"/],
    [[], 'kim', /A line of the file of new ids is OLD,NEW, and not "kim"/],
    [[], 'kim,', /is OLD,NEW, and not "kim,"/],
    [[], 'kim,a,b', /is OLD,NEW, and not "kim,a,b"/],
    [[], '"kim', /The file of new ids is no CSV/],
  ]
  for (const [pairs, csv, words] of wrong) assert.throws(() => newIdsOf(pairs, csv), words)
  assert.equal(newIdsOf([], '\ufeffkim,"a=b"\r\n').of('kim'), 'a=b')
  assert.equal(newIdsOf(['kim=a=b']).of('kim'), 'a=b')
  assert.equal(newIdsOf(['kim=a'], 'kim,a').of('Kim'), undefined)
})

test('N54: a bad name that nobody has asked for keeps nobody out', async t => {
  const { takeWith, kept } = await setUp(t)
  const rows = [row('a', { name: 'x'.repeat(65) }), row('b', { name: undefined }), row('c')]
  const { added, lines } = await takeWith(rows, { namesMatter: false })
  assert.equal(added, 3)
  const without = 'added without a name: it is none that can be shown'
  assert.deepEqual(lines, [`row "a" ${without}`, `row "b" ${without}`])
  assert.deepEqual(
    (await kept()).map(([, name]) => name),
    ['', '', ''],
  )
})

test('N54: a rehearsal says of each row what an import would, and writes nothing', async t => {
  const { store, accounts, takeWith, kept } = await setUp(t)
  await takeWith([row('here', { externalId: 'P-1' })])
  const rows = [
    row('HERE'),
    row('new', { externalId: 'P-2' }),
    row('New'),
    row('neW1'),
    row('new1'),
    row('newI'),
    row('taken', { externalId: 'P-1' }),
    row('too', { externalId: 'P-2' }),
    row('two words'),
  ]
  const records = rehearsedAccounts(await store.accounts.all())
  const passwords = await createPasswordHasher(60_000)
  const parts = { records, passwords, siteNames: [], clock: () => 0, randomBytes }
  const before = await kept()
  const rehearsed = await takeWith(rows, { accounts: createAccountAdmin(parts) })
  assert.deepEqual(await kept(), before)
  assert.deepEqual(rehearsed, await takeWith(rows, { accounts }))
  assert.deepEqual([rehearsed.added, rehearsed.leftAlone, rehearsed.leftOut], [2, 1, 6])
})

test('a database that does not answer is no fault of a row: the import ends', async () => {
  const busy = new Refusal('storage_busy')
  const accounts = { adopt: () => Promise.reject(busy), byId: async () => null }
  const tell = () => assert.fail('no row is judged')
  await assert.rejects(importAccounts([row('a')], { accounts, by: operator, tell }), busy)
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
    const { lines, leftOut } = await take(row('hong', { hash: text }))
    assert.equal(leftOut, 1, text)
    const [who, why = ''] = (lines[0] ?? '').split(' skipped: ')
    assert.equal(who, 'row "hong"')
    assert.match(why, words, text)
    assert.ok(!text || !why.includes(text))
  }
  const named = async (id: string | undefined) => {
    const { lines } = await take(row('', { id, hash: undefined }))
    return lines[0]?.split(' skipped: ')[0]
  }
  assert.equal(await named('a\u001b[2Jb'), 'row "a\\u001b[2Jb"')
  assert.equal(await named('a\u202eb\u00adc\u009bd'), 'row "a\\u{202e}b\\u{ad}c\\u{9b}d"')
  // What may be a hash, because columns were mistaken for each other, is not said.
  for (const id of [hash, hash.slice(0, 20), hex(32), `pbkdf2_sha256$1$a$b`, 'x'.repeat(65)]) {
    assert.equal(await named(id), 'row', id)
  }
  for (const id of [undefined, '', ' ']) {
    const { lines } = await take(row('', { id }))
    assert.match(lines[0] ?? '', /: there is no id$/)
  }
})
