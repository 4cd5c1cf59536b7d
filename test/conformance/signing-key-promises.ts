import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogEvent } from '../../server/src/protocol/log-event.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import type { DecideKeys, SigningKey } from '../../server/src/store/signing-key.ts'
import type { Store } from '../../server/src/store/store.ts'
import type { OpenPair } from './open-store.ts'
import { logOf, start, unwritable, wholeLog } from './rows.ts'

function key(id: string, change: Partial<SigningKey> = {}): SigningKey {
  return {
    id,
    publicKey: '{"kty":"EC"}',
    privateKey: 'c2VhbGVk',
    signsFrom: start,
    acceptedUntil: null,
    createdAt: start,
    ...change,
  }
}

function added(id: string, change: Partial<LogEvent> = {}): LogEvent {
  const subject = { kind: 'signing_key', id } as const
  return { event: 'signing_key.added', at: start, actor: system, subject, ...change }
}

const adding =
  (next: SigningKey, ...events: LogEvent[]): DecideKeys =>
  old => ({ next: [...old, next], events: [added(next.id), ...events] })

/** What the store promises about signing keys. */
export function signingKeyPromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('a signing key is known on every node, and told to the log', async (one, other) => {
    const { old, next } = await one.signingKeys.update(adding(key('a')))
    assert.deepEqual([old, next], [[], [key('a')]])
    assert.deepEqual(await other.signingKeys.all(), [key('a')])
    assert.deepEqual(
      (await logOf(other, 'a')).map(({ event }) => event),
      ['signing_key.added'],
    )
  })

  check('of twenty nodes that find no signing key one adds the first', async (one, other) => {
    const first: (id: string) => DecideKeys = id => old =>
      old.length > 0 ? { next: old, events: [] } : adding(key(id))(old)
    const changes = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        (n % 2 ? one : other).signingKeys.update(first(`key ${n}`)),
      ),
    )
    const [only, ...more] = await one.signingKeys.all()
    assert.ok(only && more.length === 0)
    for (const { next } of changes) assert.deepEqual(next, [only])
    assert.equal(changes.filter(({ old }) => old?.length === 0).length, 1)
    assert.equal((await wholeLog(one)).length, 1)
  })

  check('a signing key comes with what becomes of the others', async (one, other) => {
    await one.signingKeys.update(adding(key('gone')))
    await one.signingKeys.update(adding(key('old')))
    const later = key('new', { signsFrom: start + 1 })
    const { next } = await one.signingKeys.update(old => {
      const rest = old.filter(({ id }) => id !== 'gone')
      const next = [...rest.map(row => ({ ...row, acceptedUntil: start + 2 })), later]
      return { next, events: [added('new')] }
    })
    assert.deepEqual(next, [key('old', { acceptedUntil: start + 2 }), later])
    assert.deepEqual(await other.signingKeys.all(), next, 'the one that signs last comes last')
  })

  check('signing keys and their log come together or not at all', async one => {
    await one.signingKeys.update(adding(key('old')))
    const before = [await one.signingKeys.all(), await wholeLog(one)]
    const untold = one.signingKeys.update(() => ({
      next: [key('new')],
      events: [added('new', unwritable)],
    }))
    await assert.rejects(untold)
    const thrown = one.signingKeys.update(() => {
      throw new RangeError('a reason')
    })
    await assert.rejects(thrown, RangeError)
    await one.signingKeys.update(() => ({ next: [], events: [] }))
    assert.deepEqual([await one.signingKeys.all(), await wholeLog(one)], before)
  })

  check('a quiet change of signing keys is written, and the log is told nothing', async one => {
    await one.signingKeys.update(adding(key('a')))
    const log = await wholeLog(one)
    const anew = key('a', { privateKey: 'YW5ldw' })
    await one.signingKeys.update(() => ({ next: [anew], events: [], quiet: true }))
    assert.deepEqual(await one.signingKeys.all(), [anew])
    assert.deepEqual(await wholeLog(one), log)
  })
}
