import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { UserCode } from '../../server/src/store/user-code.ts'
import type { OpenStore } from './open-store.ts'
import { freshId, start } from './rows.ts'

function code(userCode: string, change: Partial<UserCode> = {}): UserCode {
  return { userCode, signIn: freshId(), kiosk: 101, expiresAt: start, ...change }
}

/** What the store promises about user codes. */
export function userCodePromises(name: string, open: OpenStore): void {
  test(`${name}: a user code is found by itself and by its sign-in, as added`, async t => {
    const { userCodes } = await open(t)
    const given = code('BCDFGHJK', { kiosk: 2 ** 32 - 1 })
    assert.equal(await userCodes.add(given), true)
    assert.deepEqual(await userCodes.find('BCDFGHJK'), given)
    assert.deepEqual(await userCodes.ofSignIn(given.signIn), given)
  })

  test(`${name}: S072: whatever is not the code to the letter finds nothing`, async t => {
    const { userCodes } = await open(t)
    const { signIn } = code('')
    await userCodes.add(code('BCDFGHJK'))
    for (const other of ['', 'bcdfghjk', 'BCDFGHJ', '%', 'BCDFGHJK ', "' OR '1'='1"]) {
      assert.equal(await userCodes.find(other), null, other)
    }
    assert.equal(await userCodes.ofSignIn(signIn), null)
  })

  test(`${name}: a code that is taken is not added, and the first stays`, async t => {
    const { userCodes } = await open(t)
    const first = code('BCDFGHJK')
    await userCodes.add(first)
    const second = code('BCDFGHJK')
    assert.equal(await userCodes.add(second), false)
    assert.deepEqual(await userCodes.find('BCDFGHJK'), first)
    assert.equal(await userCodes.ofSignIn(second.signIn), null)
  })

  test(`${name}: of 20 who add one code at once, one does`, async t => {
    const { userCodes } = await open(t)
    const codes = Array.from({ length: 20 }, () => code('BCDFGHJK'))
    const added = await Promise.all(codes.map(userCodes.add))
    assert.equal(added.filter(Boolean).length, 1)
    assert.deepEqual(await userCodes.find('BCDFGHJK'), codes[added.indexOf(true)])
  })

  test(`${name}: of several codes of one sign-in the latest counts`, async t => {
    const { userCodes } = await open(t)
    const signIn = freshId()
    const lives = { C: 200, B: 300, D: 100 }
    for (const [letter, life] of Object.entries(lives)) {
      await userCodes.add(code(letter, { signIn, expiresAt: start + life }))
    }
    assert.equal((await userCodes.ofSignIn(signIn))?.userCode, 'B')
  })

  test(`${name}: purge removes the codes whose time is over, and no other`, async t => {
    const { userCodes } = await open(t)
    await userCodes.add(code('OLD', { expiresAt: start - 1 }))
    await userCodes.add(code('NEW', { expiresAt: start }))
    await userCodes.purge(start)
    assert.equal(await userCodes.find('OLD'), null)
    assert.ok(await userCodes.find('NEW'))
  })
}
