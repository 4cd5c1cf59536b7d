import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { closeCodes } from '@qrgate/sdk/protocol'
import fc from 'fast-check'
import { type Eviction, placeCaps, SocketPlaces } from './socket-places.ts'

/** Caps of 20: 16 for strangers, 13 for one network, 4 of them idle, 13 for one kiosk. */
const caps = placeCaps(20)
const kiosk = 100

/** Places whose holders are names; each newcomer is told of by who had to go, or by `refused`. */
function setUp() {
  const places = new SocketPlaces<string>(caps)
  const comes = (holder: string, network: string, pageOf?: number) => {
    const { admitted, evicted } = places.admit(holder, network, pageOf)
    return admitted ? evicted?.holder : 'refused'
  }
  /** Likewise of whoever has something to watch. */
  const watches = (holder: string, kiosk: number) => {
    const { admitted, evicted } = places.watches(holder, kiosk)
    return admitted ? evicted?.holder : 'refused'
  }
  /** So many of one network that each watch a sign-in, of one kiosk where that is not said otherwise. */
  const watching = (count: number, network: string, kioskOf = (n: number) => 1_000 + n) => {
    for (let n = 0; n < count; n += 1) {
      const holder = `${network} ${n}`
      assert.equal(comes(holder, network), undefined)
      assert.equal(watches(holder, kioskOf(n)), undefined)
    }
  }
  /** So many pages, each of a kiosk of its own. */
  const pages = (count: number) => {
    for (let n = 0; n < count; n += 1) comes(`page ${n}`, 'hall', 500 + n)
  }
  return { places, comes, watches, watching, pages }
}

test('N07: the shares of what an operator allows a node', () => {
  const shares = { strangers: 16, ofNetwork: 13, idleOfNetwork: 4, ofKiosk: 13 }
  assert.deepEqual(caps, { all: 20, ...shares, pagesOfKiosk: 4 })
  // A benchmark's ten thousand waiting kiosks come from one address, and are one kiosk's.
  const usual = placeCaps(20_000)
  assert.ok(usual.ofNetwork > 10_000 && usual.ofKiosk > 10_000)
  for (const all of [1, 2, 5]) for (const cap of Object.values(placeCaps(all))) assert.ok(cap >= 1)
})

describe('N07: strangers', () => {
  test('of one network have its share, and no more', () => {
    const { comes, watching } = setUp()
    watching(13, 'hall')
    assert.equal(comes('late', 'hall'), 'refused')
    assert.equal(comes('other', 'elsewhere'), undefined)
  })

  test('that watch nothing are a small part of a network, of which the oldest goes', () => {
    const { comes } = setUp()
    for (const name of ['a', 'b', 'c', 'd']) assert.equal(comes(name, 'hall'), undefined)
    assert.equal(comes('e', 'hall'), 'a')
    assert.equal(comes('f', 'hall'), 'b')
    assert.equal(comes('other', 'elsewhere'), undefined)
  })

  test('count as idle again when nothing of theirs is left to watch', () => {
    const { places, comes, watches, watching } = setUp()
    watching(13, 'hall')
    places.rests('hall 4')
    assert.equal(comes('new', 'hall'), 'hall 4')
    assert.equal(watches('new', kiosk), undefined)
    assert.equal(comes('late', 'hall'), 'refused')
  })

  test('leave a share of all to the pages of kiosks', () => {
    const { comes, watching } = setUp()
    watching(8, 'a')
    watching(8, 'b')
    assert.equal(comes('late', 'c'), 'refused')
    assert.equal(comes('page', 'c', kiosk), undefined)
  })

  test('find room in place of one that watches nothing, of whichever network has most of those', () => {
    const { comes, watching } = setUp()
    watching(12, 'a')
    for (const [holder, network] of [
      ['b1', 'b'],
      ['c1', 'c'],
      ['c2', 'c'],
      ['b2', 'd'],
    ] as const) {
      comes(holder, network)
    }
    assert.equal(comes('new', 'e'), 'c1')
  })

  test('of one kiosk have its share, whatever network they are in', () => {
    const { places, comes, watches, watching } = setUp()
    watching(6, 'a', () => kiosk)
    watching(6, 'b', () => kiosk)
    watching(1, 'c', () => kiosk)
    comes('d', 'd')
    assert.equal(watches('d', kiosk), 'refused')
    assert.equal(watches('d', kiosk + 1), undefined)
    places.leave('a 0')
    comes('e', 'e')
    assert.equal(watches('e', kiosk), undefined)
  })

  test('of one network keep those of others from no kiosk, as long as they hold more than half of it', () => {
    const { comes, watches, watching } = setUp()
    watching(13, 'crowd', () => kiosk)
    for (const [n, screen] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) {
      comes(screen, `hall ${n}`)
      assert.equal(watches(screen, kiosk), `crowd ${n}`)
    }
    comes('crowd again', 'crowd')
    assert.equal(watches('crowd again', kiosk), 'refused')
    comes('late', 'hall 8')
    assert.equal(watches('late', kiosk), 'refused')
  })
})

describe('N07: the pages of enrolled kiosks', () => {
  test('find a place on a full node: first in place of who watches nothing', () => {
    const { places, comes, watching, pages } = setUp()
    watching(13, 'crowd')
    comes('idle', 'other')
    watching(2, 'third')
    pages(4)
    assert.equal(comes('page', 'hall', kiosk), 'idle')
    assert.equal(comes('another', 'hall', kiosk + 1), 'crowd 0')
    assert.equal(places.networkOf('crowd 0'), undefined)
  })

  test('count for no network', () => {
    const { comes, pages, watching } = setUp()
    pages(7)
    watching(13, 'hall')
    assert.equal(comes('late', 'hall'), 'refused')
  })

  test('are four of a kiosk at most, and the newest win', () => {
    const { places } = setUp()
    for (const page of ['a', 'b', 'c', 'd']) places.admit(page, 'hall', kiosk)
    const evicted = { holder: 'a', code: closeCodes.replaced }
    assert.deepEqual(places.admit('e', 'hall', kiosk), { admitted: true, evicted })
  })

  test('are turned away only when every place is a page of another kiosk', () => {
    const { comes, pages } = setUp()
    pages(19)
    assert.equal(comes('second of 0', 'hall', 500), undefined)
    assert.equal(comes('new', 'hall', kiosk), 'page 0')
    assert.equal(comes('late', 'hall', kiosk + 1), 'refused')
  })

  test('are strangers until they are known, and no longer', () => {
    const { places, comes, watching } = setUp()
    comes('page', 'hall')
    assert.equal(places.becomesPage('page', kiosk), undefined)
    assert.equal(places.becomesPage('page', kiosk), undefined)
    watching(13, 'hall')
    for (const page of ['b', 'c', 'd']) comes(page, 'hall', kiosk)
    assert.deepEqual(places.becomesPage('hall 0', kiosk), {
      holder: 'page',
      code: closeCodes.replaced,
    })
    assert.equal(comes('new', 'hall'), undefined)
  })
})

test('N07: whoever has left holds nothing', () => {
  const { places, comes, watches, watching, pages } = setUp()
  for (let round = 0; round < 3; round += 1) {
    watching(13, 'hall', () => kiosk)
    pages(7)
    for (let n = 0; n < 13; n += 1) places.leave(`hall ${n}`)
    for (let n = 0; n < 7; n += 1) places.leave(`page ${n}`)
  }
  places.rests('hall 0')
  assert.equal(watches('hall 0', kiosk), undefined)
  assert.equal(comes('new', 'hall'), undefined)
})

const step = fc.record({
  does: fc.constantFrom('comes', 'comes', 'comes', 'watches', 'rests', 'becomes a page', 'leaves'),
  /** Which of those that are there. */
  who: fc.nat(),
  network: fc.constantFrom('a', 'b', 'c'),
  kiosk: fc.constantFrom(1, 2),
  isPage: fc.boolean(),
})

test('N07: whatever comes in which order, no share is overdrawn and each place is given back once', () => {
  interface Held {
    network: string
    page?: number
    watches?: number
  }
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), steps => {
      const places = new SocketPlaces<number>(caps)
      const there = new Map<number, Held>()
      const goes = (evicted: Eviction<number> | undefined) => {
        if (evicted) assert.ok(there.delete(evicted.holder), 'whoever goes was there')
      }
      const count = (holds: (held: Held) => boolean) => [...there.values()].filter(holds).length
      for (const [newcomer, { does, who, network, kiosk, isPage }] of steps.entries()) {
        const holder = [...there.keys()][who % Math.max(1, there.size)]
        const held = holder === undefined ? undefined : there.get(holder)
        if (does === 'comes') {
          const { admitted, evicted } = places.admit(newcomer, network, isPage ? kiosk : undefined)
          goes(evicted)
          if (admitted) there.set(newcomer, { network, ...(isPage && { page: kiosk }) })
        } else if (holder !== undefined && held) {
          if (does === 'rests') places.rests(holder)
          if (does === 'leaves') {
            places.leave(holder)
            there.delete(holder)
          }
          if (does === 'becomes a page' && held.page === undefined) {
            goes(places.becomesPage(holder, kiosk))
            there.set(holder, { network: held.network, page: kiosk })
          }
          if (does === 'watches') {
            const { admitted, evicted } = places.watches(holder, kiosk)
            goes(evicted)
            if (held.page === undefined && admitted) held.watches ??= kiosk
          }
        }
        assert.ok(there.size <= caps.all)
        assert.ok(count(({ page }) => page === undefined) <= caps.strangers)
        for (const each of ['a', 'b', 'c']) {
          const strangers = count(({ network, page }) => network === each && page === undefined)
          assert.ok(strangers <= caps.ofNetwork)
        }
        for (const each of [1, 2]) {
          assert.ok(count(({ page }) => page === each) <= caps.pagesOfKiosk)
          assert.ok(count(({ watches }) => watches === each) <= caps.ofKiosk)
        }
      }
      for (const holder of there.keys()) places.leave(holder)
      for (const one of [places, new SocketPlaces<number>(caps)]) {
        const got = Array.from({ length: 40 }, (_, n) => {
          const { admitted } = one.admit(1_000 + n, n % 2 ? 'a' : 'b')
          return admitted && one.watches(1_000 + n, 1 + (n % 3)).admitted
        })
        assert.equal(got.filter(Boolean).length, caps.strangers, 'as if nobody had been there')
      }
    }),
  )
})
