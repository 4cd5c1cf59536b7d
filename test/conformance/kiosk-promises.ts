import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenStore } from './open-store.ts'
import { kiosk, start } from './rows.ts'

/** What the store promises about kiosks. */
export function kioskPromises(name: string, open: OpenStore): void {
  test(`${name}: a kiosk is found by its number and its credential's hash, as added`, async t => {
    const { kiosks } = await open(t)
    for (const [index, ticket] of (['compact', 'jwt'] as const).entries()) {
      const credentialHash = `hash ${index}`
      const revokedAt = index === 0 ? null : start
      const given = kiosk({ ticket, credentialHash, revokedAt, claimable: index === 0 })
      const added = await kiosks.add(given)
      assert.deepEqual(added, { ...given, number: added.number })
      assert.deepEqual(await kiosks.byNumber(added.number), added)
      assert.deepEqual(await kiosks.byCredentialHash(credentialHash), added)
    }
  })

  test(`${name}: S072: an unknown number and an unknown hash find no kiosk`, async t => {
    const { kiosks } = await open(t)
    const { number } = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    for (const other of [0, 1, number + 1, 2 ** 32 - 1]) {
      assert.equal(await kiosks.byNumber(other), null)
    }
    for (const other of ['', 'A HASH', '%', 'a hash ']) {
      assert.equal(await kiosks.byCredentialHash(other), null)
    }
  })

  test(`${name}: numbers rise one by one, above those of the built-in kiosks`, async t => {
    const { kiosks } = await open(t)
    const numbers: number[] = []
    for (let count = 0; count < 4; count += 1) numbers.push((await kiosks.add(kiosk())).number)
    assert.deepEqual(numbers, [100, 101, 102, 103])
  })

  test(`${name}: 30 kiosks added at once get 30 numbers`, async t => {
    const { kiosks } = await open(t)
    const added = await Promise.all(
      Array.from({ length: 30 }, (_, index) => kiosks.add(kiosk({ nameEn: `Kiosk ${index}` }))),
    )
    assert.equal(new Set(added.map(({ number }) => number)).size, 30)
    for (const one of added) assert.deepEqual(await kiosks.byNumber(one.number), one)
  })

  test(`${name}: two kiosks never share a credential, and many have none`, async t => {
    const { kiosks } = await open(t)
    const first = await kiosks.add(kiosk({ credentialHash: 'a hash' }))
    await assert.rejects(kiosks.add(kiosk({ credentialHash: 'a hash' })))
    assert.deepEqual(await kiosks.byCredentialHash('a hash'), first)
    const next = await kiosks.add(kiosk())
    assert.equal(next.number, first.number + 1)
    await kiosks.add(kiosk())
  })
}
