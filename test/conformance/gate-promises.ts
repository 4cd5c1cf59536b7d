import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unchanged } from '../../server/src/store/change.ts'
import { hour, isHeld, take } from './leases.ts'
import type { OpenDatabase, Opened } from './open-store.ts'
import { account, accountEvent, addAccount, delivery, kiosk, start } from './rows.ts'

/** What the store promises about the gate's own row, and about how the database is. */
export function gatePromises(name: string, openDatabase: OpenDatabase): void {
  const check = (sentence: string, body: (opened: Opened) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(await openDatabase(t)))

  check('the gate’s row is there from the first, and changes as every row does', async opened => {
    const { one, other } = opened
    assert.deepEqual(await one.gate.read(), { keyCheck: null, restoredAt: null })
    await Promise.all(
      [one, other, one, other].map(({ gate }, n) =>
        gate.update(old => {
          assert.ok(old)
          return {
            next: { ...old, keyCheck: `${old.keyCheck ?? ''}${n}` },
            events: [],
            quiet: true,
          }
        }),
      ),
    )
    const { keyCheck } = await other.gate.read()
    assert.deepEqual([...(keyCheck ?? '')].toSorted(), ['0', '1', '2', '3'])
    await one.gate.update(old => {
      assert.ok(old)
      return unchanged(old)
    })
    assert.equal((await one.gate.read()).keyCheck, keyCheck)
  })

  check(
    'what was used since a backup is void once it begins anew, and readers go on at the end',
    async opened => {
      const { one, other } = opened
      const link = await one.kiosks.add(
        kiosk({ linkHash: 'hash of a link', linkExpiresAt: start + hour }),
      )
      const recovery = { recoveryHash: 'hash of a recovery', recoveryExpiresAt: start + hour }
      await addAccount(one, account('a key', recovery))
      const open = delivery()
      const over = delivery({ state: 'delivered', nextTryAt: null })
      await one.deliveries.add([open, over])
      const code = {
        userCode: 'ABCD2345',
        signIn: 'a',
        kiosk: 101,
        network: null,
        expiresAt: start + hour,
      }
      await one.userCodes.give(code, start)
      await one.log.add([accountEvent('a key'), accountEvent('another')])
      const sealer = await take(one)
      assert.equal(await one.log.seal(sealer, 10), 4)
      await one.log.beginAtEnd('a name')
      assert.ok(await one.userCodes.find(code.userCode))
      const reader = await one.leases.take('behind', 'one', hour)
      assert.ok(reader)
      await one.log.moveCursor(reader, 1)

      await one.gate.beginAnew(start + 5)
      assert.equal((await other.gate.read()).restoredAt, start + 5)
      const row = await other.kiosks.byNumber(link.number)
      assert.deepEqual([row?.linkHash, row?.linkExpiresAt], [null, null])
      assert.equal(await other.accounts.byRecoveryHash(recovery.recoveryHash, start), null)
      assert.equal((await other.accounts.byKey('a key'))?.recoveryExpiresAt, null)
      assert.equal((await other.deliveries.read(open.id))?.state, 'given_up')
      assert.deepEqual(await other.deliveries.read(over.id), over)
      assert.equal(await other.userCodes.find(code.userCode), null)
      assert.equal(await other.log.cursor('behind'), 4)
      assert.deepEqual(await other.deliveries.due(start + hour, 10, []), [])
    },
  )

  check('all leases end at once', async ({ one, other }) => {
    const lease = await take(one)
    await other.leases.endAll()
    assert.equal(await isHeld(one, lease), false)
    assert.ok(await other.leases.take('a name', 'other', hour))
  })

  check('a database that is well says so, by looking and by writing', async ({ one, other }) => {
    assert.equal(await one.trouble(), null)
    assert.equal(await other.trouble({ byWriting: true }), null)
    assert.deepEqual(await one.inspect(), [])
  })
}
