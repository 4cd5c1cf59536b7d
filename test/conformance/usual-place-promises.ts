import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Store } from '../../server/src/store/store.ts'
import type { UsualPlace } from '../../server/src/store/usual-place.ts'
import type { OpenPair } from './open-store.ts'
import { start } from './rows.ts'

const day = 86_400_000

function place(name: string, change: Partial<UsualPlace> = {}): UsualPlace {
  return { account: 'hong', place: name, seenAt: start, ...change }
}

/** What the store promises about usual places. */
export function usualPlacePromises(name: string, openPair: OpenPair): void {
  const check = (sentence: string, body: (one: Store, other: Store) => Promise<void>) =>
    test(`${name}: ${sentence}`, async t => body(...(await openPair(t))))

  check('N05: a usual place is known on every node, to its account alone', async (one, other) => {
    await one.usualPlaces.remember([place('home'), place('work')], 8)
    await one.usualPlaces.remember([place('gym', { account: 'kim' })], 8)
    assert.deepEqual(await other.usualPlaces.of('hong', ['home', 'gym', 'nowhere']), [
      place('home'),
    ])
    assert.deepEqual(await other.usualPlaces.of('kim', ['home', 'work']), [])
    assert.deepEqual(await other.usualPlaces.of('', ['home']), [])
    await one.usualPlaces.remember([place('work', { seenAt: start + 1 })], 8)
    const all = await other.usualPlaces.all('hong')
    assert.deepEqual(all, [place('work', { seenAt: start + 1 }), place('home')])
  })

  check('a place that is seen again has its newer time', async ({ usualPlaces }) => {
    await usualPlaces.remember([place('home')], 8)
    const later = place('home', { seenAt: start + day })
    await usualPlaces.remember([later], 8)
    assert.deepEqual(await usualPlaces.of('hong', ['home']), [later])
  })

  check('an account keeps the places that it was seen at last', async ({ usualPlaces }) => {
    const all = ['a', 'b', 'c', 'd', 'e'].map((name, n) => place(name, { seenAt: start + n }))
    for (const one of all) await usualPlaces.remember([one], 3)
    const names = all.map(({ place }) => place)
    const left = (await usualPlaces.of('hong', names)).map(({ place }) => place).toSorted()
    assert.deepEqual(left, ['c', 'd', 'e'])
  })

  check('of 20 who remember at once, all succeed', async (one, other) => {
    const names = Array.from({ length: 20 }, (_, n) => `place ${n % 4}`)
    await Promise.all(
      names.map((name, n) => (n % 2 ? one : other).usualPlaces.remember([place(name)], 8)),
    )
    assert.equal((await one.usualPlaces.of('hong', names)).length, 4)
  })

  check('what is forgotten of one account is gone, and nothing else', async (one, other) => {
    await one.usualPlaces.remember([place('home'), place('phone'), place('old phone')], 8)
    await one.usualPlaces.remember([place('phone', { account: 'kim' })], 8)
    await other.usualPlaces.forget('hong', ['phone', 'old phone', 'nowhere'])
    const all = ['home', 'phone', 'old phone']
    assert.deepEqual(await one.usualPlaces.of('hong', all), [place('home')])
    assert.equal((await one.usualPlaces.of('kim', all)).length, 1)
    await one.usualPlaces.forget('hong', ['phone'])
  })

  check('purge removes what was last seen before, and no other', async ({ usualPlaces }) => {
    await usualPlaces.remember([place('old', { seenAt: start - 1 }), place('new')], 8)
    assert.equal(await usualPlaces.purge(start, 10), 1)
    assert.deepEqual(await usualPlaces.of('hong', ['old', 'new']), [place('new')])
  })
}
