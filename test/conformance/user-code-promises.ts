import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../server/src/store/store.ts'
import type { UserCode } from '../../server/src/store/user-code.ts'
import type { OpenPair } from './open-store.ts'
import { freshId, start } from './rows.ts'

const life = 120_000

function code(userCode: string, change: Partial<UserCode> = {}): UserCode {
  const network = '192.0.2.0'
  return { userCode, signIn: freshId(), kiosk: 101, network, expiresAt: start + life, ...change }
}

/** What the store promises about user codes. */
export function userCodePromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a user code is found by itself and by its sign-in, as given', async ({ userCodes }) => {
    const given = code('BCDFGHJK', { kiosk: 2 ** 32 - 1, network: '2001:db8::/64' })
    assert.deepEqual(await userCodes.give(given, start), given)
    assert.deepEqual(await userCodes.find('BCDFGHJK'), given)
    assert.deepEqual(await userCodes.ofSignIn(given.signIn), given)
  })

  check('S072: whatever is not the code to the letter finds nothing', async ({ userCodes }) => {
    await userCodes.give(code('BCDFGHJK'), start)
    for (const other of ['', 'bcdfghjk', 'BCDFGHJ', '%', 'BCDFGHJK ', "' OR '1'='1"]) {
      assert.equal(await userCodes.find(other), null, other)
    }
    assert.equal(await userCodes.ofSignIn(freshId()), null)
  })

  check('a code of another sign-in is not given, and stays where it is', async ({ userCodes }) => {
    const first = code('BCDFGHJK')
    await userCodes.give(first, start)
    const second = code('BCDFGHJK')
    assert.equal(await userCodes.give(second, start), null)
    // Not even when its time is over: until it is purged it leads to its own sign-in.
    assert.equal(await userCodes.give(second, start + life), null)
    assert.deepEqual(await userCodes.find('BCDFGHJK'), first)
    assert.equal(await userCodes.ofSignIn(second.signIn), null)
  })

  check('of 20 sign-ins that are given one code at once, one gets it', async (one, other) => {
    const codes = Array.from({ length: 20 }, () => code('BCDFGHJK'))
    const answers = await Promise.all(
      codes.map((code, n) => (n % 2 ? one : other).userCodes.give(code, start)),
    )
    const given = answers.filter(answer => answer !== null)
    assert.deepEqual(given, [await one.userCodes.find('BCDFGHJK')])
    assert.deepEqual(given, [codes[answers.findIndex(answer => answer !== null)]])
  })

  check('a sign-in keeps its code as long as that lives', async ({ userCodes }) => {
    const first = code('BCDFGHJK')
    await userCodes.give(first, start)
    const second = code('CDFGHJKL', { signIn: first.signIn, expiresAt: start + 2 * life })
    assert.deepEqual(await userCodes.give(second, start + life - 1), first)
    assert.deepEqual(await userCodes.ofSignIn(first.signIn), first)
    assert.equal(await userCodes.find('CDFGHJKL'), null)
  })

  check('N22: of 20 codes for one sign-in at once, all get the same', async (one, other) => {
    const signIn = freshId()
    const codes = Array.from({ length: 20 }, (_, n) => code(`CODE ${n}`, { signIn }))
    const answers = await Promise.all(
      codes.map((code, n) => (n % 2 ? one : other).userCodes.give(code, start)),
    )
    const given = await other.userCodes.ofSignIn(signIn)
    assert.ok(given)
    for (const answer of answers) assert.deepEqual(answer, given)
    const found = await Promise.all(codes.map(({ userCode }) => one.userCodes.find(userCode)))
    assert.deepEqual(
      found.filter(code => code !== null),
      [given],
    )
  })

  check('N22: a code whose time is over is replaced, by one of 20 at once', async (one, other) => {
    const old = code('BCDFGHJK')
    const { signIn } = old
    await one.userCodes.give(old, start)
    const now = start + life
    const codes = Array.from({ length: 20 }, (_, n) =>
      code(`CODE ${n}`, { signIn, expiresAt: now + life }),
    )
    const answers = await Promise.all(
      codes.map((code, n) => (n % 2 ? one : other).userCodes.give(code, now)),
    )
    assert.equal(await other.userCodes.find('BCDFGHJK'), null)
    const given = await other.userCodes.ofSignIn(signIn)
    assert.equal(given?.expiresAt, now + life)
    for (const answer of answers) assert.deepEqual(answer, given)
  })

  check('the code of one sign-in says nothing about others', async ({ userCodes }) => {
    const codes = ['B', 'C', 'D'].map((letter, n) => code(letter, { expiresAt: start + n * life }))
    for (const code of codes) assert.deepEqual(await userCodes.give(code, start), code)
    await userCodes.give(code('F'), start + 2 * life)
    for (const code of codes) assert.deepEqual(await userCodes.find(code.userCode), code)
  })

  check('purge removes the codes whose time is over, and no other', async ({ userCodes }) => {
    await userCodes.give(code('OLD', { expiresAt: start - 1 }), start - 2)
    await userCodes.give(code('NEW', { expiresAt: start }), start - 2)
    assert.equal(await userCodes.purge(start, 10), 1)
    assert.equal(await userCodes.find('OLD'), null)
    assert.ok(await userCodes.find('NEW'))
  })
}
