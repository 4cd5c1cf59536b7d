import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, test } from 'node:test'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { Refusal, type RefusalCode } from '../errors.ts'
import { createCounters } from '../limits/counters.ts'
import type { Payer } from '../limits/payer.ts'
import { createTryLimits } from '../limits/try-limits.ts'
import { deriveKeyring } from '../protocol/keyring.ts'
import type { Actor } from '../protocol/log-event.ts'
import type { Account } from '../store/account.ts'
import { openSqliteStore } from '../store/sql/sqlite.ts'
import { createAccounts } from './accounts.ts'
import { preparedPassword } from './new-password.ts'
import { createPasswordHasher, type PasswordHasher } from './password.ts'
import { createUsualPlaces } from './usual-places.ts'

const password = 'correct horse battery'
const visitor: Actor = { kind: 'phone', id: 'hash of the phone' }
const operator: Actor = { kind: 'operator', id: 'shell:kim' }
const bcryptHash = await bcrypt(password, 4)
const now = 1_800_000_000_000
const store = await openSqliteStore(':memory:')
after(() => store.close())
const hasher = await createPasswordHasher(60_000)
let hashed = 0
let made = 0
const passwords: PasswordHasher = {
  ...hasher,
  hash: (...given) => {
    made += 1
    return hasher.hash(...given)
  },
  matches: (...given) => {
    hashed += 1
    return hasher.matches(...given)
  },
}
const clock = () => now
const places = createUsualPlaces({
  records: store.usualPlaces,
  keyring: deriveKeyring(['a secret key of the tests'], 'usual place'),
  clock,
  onError: error => assert.fail(String(error)),
})
const accounts = createAccounts({
  records: store.accounts,
  passwords,
  tries: createTryLimits(
    {
      perSignIn: 1_000,
      signInLife: 600,
      window: 900,
      perAccount: 1_000,
      perAccountAndDay: 1_000,
      perNetwork: 10_000,
    },
    createCounters(() => 0),
  ),
  places,
  siteNames: ['서울내과의원', 'Seoul Clinic'],
  clock,
  randomBytes,
  onError: error => assert.fail(String(error)),
})

const refusal = (code: RefusalCode) => (error: unknown) =>
  error instanceof Refusal && error.code === code
let signIns = 0
/** A sign-in of its own each time, at a kiosk where anybody may start. */
const payer = (): Payer => {
  signIns += 1
  return { signIn: `sign-in ${signIns}`, kiosk: 0, enrolled: false, address: '192.0.2.1' }
}
let count = 0
const freshId = () => `visitor${++count}`
const register = (password: string, id = freshId(), name = '') =>
  accounts.register({ id, name, password }, visitor)
const adopt = (id: string) => accounts.adopt({ id, passwordHash: bcryptHash }, operator)
/** What the log tells of an account: each event with who and how. */
const told = async ({ key }: Account) => {
  const rows = await store.log.waiting({ account: key }, { after: 0 }, 100)
  return rows.map(({ event, at, actorKind, actor, subjectKind, subject, detail }) => {
    assert.deepEqual([at, subjectKind, subject], [now, 'account', key])
    return [event, `${actorKind} ${actor}`, detail]
  })
}
const byVisitor = `phone ${visitor.id}`
const byOperator = `operator ${operator.id}`
const authenticate = async (id: string, password: string) =>
  (await accounts.authenticate({ id, password }, payer())).account
const matches = (id: string, password: string) =>
  authenticate(id, password).then(
    () => true,
    (error: unknown) => {
      assert.ok(refusal('wrong_credentials')(error), String(error))
      return false
    },
  )

test('whoever registers can sign in, by any spelling of the id', async () => {
  const account = await register(password, '홍Gildong', ' 홍길동 ')
  assert.equal(account.name, '홍길동')
  assert.equal(account.createdAt, now)
  for (const id of ['홍Gildong', '홍gildong', ' 홍GILDONG ', '홍Gildong'.normalize('NFD')]) {
    assert.deepEqual(await authenticate(id, password), account)
  }
})

test('S130: what is stored of a password is a hash', async () => {
  const account = await register(password)
  assert.ok(!JSON.stringify(await store.accounts.byKey(account.key)).includes(password))
})

test('S048: an unknown id, a wrong password and a disabled account get the same refusal', async () => {
  const known = await register(password)
  await accounts.disable(await register(password, 'disabled'), operator)
  const refusals: Refusal[] = []
  const tries = [
    ['nobody', password],
    [known.id, 'wrong horse'],
    ['disabled', password],
  ] as const
  for (const [id, password] of tries) {
    hashed = 0
    await assert.rejects(authenticate(id, password), (error: unknown) => {
      assert.ok(error instanceof Refusal)
      refusals.push(error)
      return true
    })
    assert.equal(hashed, 1, `the work of one hash for ${id}`)
  }
  for (const { code, status, message } of refusals) {
    assert.deepEqual([code, status, message], ['wrong_credentials', 401, 'wrong_credentials'])
  }
})

test('S050: a password is its characters, however the keyboard composes them', async () => {
  const composed = '너른바다푸른하늘'
  const decomposed = composed.normalize('NFD')
  assert.notEqual(decomposed, composed)
  const one = await register(composed)
  const other = await register(decomposed)
  for (const { id } of [one, other]) {
    assert.equal(await matches(id, composed), true)
    assert.equal(await matches(id, decomposed), true)
  }
})

test('S050: a blank more, another case or one letter less is another password', async () => {
  const { id } = await register(' My horse bat😀 ')
  assert.equal(await matches(id, ' My horse bat😀 '), true)
  const others = ['My horse bat😀', ' My horse bat😀', ' my horse bat😀 ', ' My horse bat ', '']
  for (const other of others) assert.equal(await matches(id, other), false, other)
  assert.equal(await matches(id, ' My horse bat😀  '), false)
})

test('S054: 1 025 characters are refused before any hashing', async () => {
  hashed = 0
  assert.equal(await matches('nobody', 'x'.repeat(1_025)), false)
  assert.equal(hashed, 0)
})

test('who asks decides how short a password may be', async () => {
  await assert.rejects(register('1'), refusal('password_too_short'))
  const { id } = await accounts.register({ id: freshId(), name: '', password: '1' }, visitor, {
    rule: 'any',
  })
  assert.equal(await matches(id, '1'), true)
})

test('S052: an id is taken in every spelling, and the first one keeps it', async () => {
  const first = await register(password, 'Taken')
  for (const id of ['taken', 'TAKEN', 'ｔａｋｅｎ']) {
    await assert.rejects(register('other long words', id), refusal('account_exists'))
  }
  assert.deepEqual(await authenticate('taken', password), first)
})

test('N14: asking for an id costs a hash, taken or not, and what is wrong in itself says nothing', async () => {
  const { id } = await register(password)
  made = 0
  for (const spelling of [id, id.toUpperCase()]) {
    await assert.rejects(register('other long words', spelling), refusal('account_exists'))
  }
  assert.equal(made, 2)
  for (const asked of [id, freshId()]) {
    await assert.rejects(register(password, asked, 'a\0b'), refusal('name_invalid'))
    await assert.rejects(register('short', asked), refusal('password_too_short'))
  }
  assert.equal(made, 2)
})

test('S018: of ten who register one id at once, one gets it', async () => {
  const tries = Array.from({ length: 10 }, (_, index) => register(`${password} ${index}`, 'race'))
  const results = await Promise.allSettled(tries)
  const winner = results.findIndex(result => result.status === 'fulfilled')
  assert.equal(results.filter(result => result.status === 'fulfilled').length, 1)
  assert.equal(await matches('race', `${password} ${winner}`), true)
  assert.equal(await matches('race', `${password} ${(winner + 1) % 10}`), false)
})

test('S067: a name of control or direction characters, or of more than 64, is refused', async () => {
  for (const name of ['a\0b', '\u202eevil', 'zero\u200bwidth', '\x1b[31m', 'x'.repeat(65)]) {
    await assert.rejects(register(password, freshId(), name), refusal('name_invalid'))
  }
  const { name } = await register(password, freshId(), '  남궁   민수\t')
  assert.equal(name, '남궁 민수')
})

test('S028: what is issued asks whether the account may still be used', async () => {
  const account = await register(password)
  assert.deepEqual(await accounts.assertUsable(account.key), account)
  await accounts.disable(account, operator)
  await assert.rejects(accounts.assertUsable(account.key), refusal('account_unusable'))
  await assert.rejects(accounts.assertUsable('no such key'), refusal('account_unusable'))
})

test('S095: a subject is stable, differs by relying party and account, and shows neither', async () => {
  const one = await register(password)
  const other = await register(password)
  const sub = accounts.subject(one, 'hospital')
  assert.equal(accounts.subject(one, 'hospital'), sub)
  assert.notEqual(accounts.subject(one, 'library'), sub)
  assert.notEqual(accounts.subject(other, 'hospital'), sub)
  assert.match(sub, /^[A-Za-z0-9_-]{43}$/)
})

test('what only operators say of an account no visitor can say of their own', async () => {
  const { account } = await accounts.prepare(
    { id: freshId(), name: '', password, ...{ externalId: 'P-1' } },
    visitor,
    payer(),
  )
  assert.equal(account.externalId, null)
  const registered = await accounts.register(
    { id: freshId(), name: '', password, externalId: 'P-1' },
    operator,
  )
  assert.equal((await store.accounts.byKey(registered.key))?.externalId, 'P-1')
})

test('a phone is known to the account that signed in on it, until it is forgotten', async () => {
  const account = await register(password)
  const phone = { ...payer(), phone: 'own' }
  await (await accounts.authenticate({ id: account.id, password }, phone)).remember()
  assert.equal((await places.look(account, phone)).standing, 'usual phone')
  await accounts.forgetPhone(account.key, phone)
  assert.equal((await places.look(account, phone)).standing, 'usual network')
})

test('whatever changes an account is told once, with who did it', async () => {
  const account = await register(password)
  await accounts.disable(account, operator)
  await accounts.disable(account, operator)
  assert.equal((await store.accounts.byKey(account.key))?.disabledAt, now)
  await accounts.enable(account, operator)
  await accounts.enable(account, operator)
  const enabled = { ...account, epoch: 1 }
  assert.deepEqual(await store.accounts.byKey(account.key), enabled)
  await accounts.changePassword(account, 'other long words', operator)
  assert.equal((await store.accounts.byKey(account.key))?.epoch, 2)
  assert.equal(await matches(account.id, 'other long words'), true)
  assert.equal(await matches(account.id, password), false)
  assert.deepEqual(await told(account), [
    ['account.added', byVisitor, null],
    ['account.disabled', byOperator, null],
    ['account.enabled', byOperator, null],
    ['account.password_changed', byOperator, null],
  ])
  const nobody = { ...account, key: 'no such key' }
  for (const change of [
    accounts.disable(nobody, operator),
    accounts.enable(nobody, operator),
    accounts.changePassword(nobody, 'other long words', operator),
  ]) {
    await assert.rejects(change, refusal('account_unusable'))
  }
  assert.deepEqual(await told(nobody), [])
})

test('S052: nobody can look like another account, whichever way it comes', async () => {
  const first = await register(password, 'Paula')
  for (const id of ['Pau1a', 'PauIa']) {
    await assert.rejects(register(password, id), refusal('account_exists'))
    await assert.rejects(adopt(id), refusal('account_exists'))
    assert.equal(await accounts.byId(id), null)
  }
  await assert.rejects(adopt('paula'), refusal('account_exists'))
  assert.deepEqual(await accounts.byId('paula'), first)
})

test('S053: a hash of another system is replaced at the first sign-in, which the log need not tell', async () => {
  const account = await adopt(freshId())
  assert.equal(account.passwordHash, bcryptHash)
  assert.equal(await matches(account.id, 'wrong password'), false)
  assert.deepEqual(await store.accounts.byKey(account.key), account)
  assert.equal(await matches(account.id, password), true)
  assert.match((await store.accounts.byKey(account.key))?.passwordHash ?? '', /^\$argon2id\$/)
  assert.equal(await matches(account.id, password), true)
  assert.deepEqual(await told(account), [['account.added', byOperator, '{"from":"import"}']])
})

test('S053: a password that was changed meanwhile is not replaced by the one before', async t => {
  const account = await adopt(freshId())
  const hashing = t.mock.method(
    passwords,
    'hash',
    async (...given: Parameters<typeof hasher.hash>) => {
      hashing.mock.restore()
      // The old password has just been found right, and is hashed anew.
      await accounts.changePassword(account, 'other long words', operator)
      return hasher.hash(...given)
    },
  )
  assert.equal(await matches(account.id, password), true)
  assert.equal(hashing.mock.callCount(), 1)
  assert.equal(await matches(account.id, password), false)
  assert.equal(await matches(account.id, 'other long words'), true)
})

test('S028: a password that is changed or an account that is disabled while it is checked opens nothing', async t => {
  const meanwhile: Record<string, (account: Account) => Promise<unknown>> = {
    changed: account => accounts.changePassword(account, 'other long words', operator),
    disabled: account => accounts.disable(account, operator),
  }
  for (const [what, happens] of Object.entries(meanwhile)) {
    const account = await adopt(freshId())
    const checking = t.mock.method(
      passwords,
      'matches',
      async (...given: Parameters<typeof hasher.matches>) => {
        const isRight = await hasher.matches(...given)
        checking.mock.restore()
        await happens(account)
        return isRight
      },
    )
    assert.equal(await matches(account.id, password), false, what)
    assert.equal(checking.mock.callCount(), 1)
  }
})

const foreignPasswords: Record<string, [typedThere: string, typedHere?: string]> = {
  'a space that does not break': ['correct\u00a0horse battery'],
  'decomposed Hangul': ['비밀번호는 이것'.normalize('NFD')],
  'decomposed Hangul, typed composed here': ['비밀번호는 이것'.normalize('NFD'), '비밀번호는 이것'],
  'decomposed Latin, typed composed here': ['Zürcher Straße'.normalize('NFD'), 'Zürcher Straße'],
  'a wide space': ['correct\u3000horse battery'],
}

for (const [what, [typed, typedHere = typed]] of Object.entries(foreignPasswords)) {
  test(`N34: another system's hash of what was typed as it came is right: ${what}`, async () => {
    const hashes = [
      await bcrypt(typed, 4),
      // As that system made it, with the very parameters of today.
      await hasher.hash(typed, ['test']),
    ]
    for (const passwordHash of hashes) {
      const id = freshId()
      await accounts.adopt({ id, passwordHash }, operator)
      hashed = 0
      await assert.rejects(
        accounts.authenticate({ id, password: `${typed}!` }, payer()),
        refusal('wrong_credentials'),
      )
      assert.equal(hashed, 2, 'a wrong one costs two turns and no more')
      await accounts.authenticate({ id, password: typedHere }, payer())
      // From now on it is hashed as any other, so that another keyboard gives the same password.
      await accounts.authenticate({ id, password: preparedPassword(typed) }, payer())
      hashed = 0
      await accounts.authenticate({ id, password: typed }, payer())
      assert.equal(hashed, 1)
    }
    hashed = 0
    await assert.rejects(
      accounts.authenticate({ id: freshId(), password: typed }, payer()),
      refusal('wrong_credentials'),
    )
    assert.equal(hashed, 2, 'an unknown id takes as long as a known one')
  })
}

test('N34: a password costs a turn for each form that it has, three at most', async () => {
  const { id } = await register(password)
  for (const [typed, turns] of [
    ['wrong password', 1],
    ['틀린 비밀번호', 2],
    ['틀린\u00a0비밀번호', 3],
    ['틀린\u00a0비밀번호'.normalize('NFD'), 2],
  ] as const) {
    hashed = 0
    await assert.rejects(
      accounts.authenticate({ id, password: typed }, payer()),
      refusal('wrong_credentials'),
    )
    assert.equal(hashed, turns, typed)
  }
})
