import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Bus } from '../../server/src/bus/bus.ts'
import * as patience from '../support/patience.ts'

export interface OpenBus {
  bus: Bus
  /** Returns when whatever was published before has been heard by all who ever will. */
  settled(): Promise<unknown>
}

/** Holds a bus to every sentence of its promise. @param open a bus that closes itself after the test. */
export function busSuite(name: string, open: (t: TestContext) => Promise<OpenBus>): void {
  const check = (sentence: string, body: (bus: Bus, settled: OpenBus['settled']) => unknown) =>
    test(`${name}: ${sentence}`, async t => {
      const { bus, settled } = await open(t)
      await body(bus, settled)
    })

  check('once subscribe has returned, hints published on this node are heard', async bus => {
    let heard = 0
    bus.subscribe('one', () => void heard++)
    bus.publish('one')
    await until(() => heard > 0)
    bus.publish('one')
    await until(() => heard > 1)
  })

  check(
    'a hint is heard by all who listen, and by nobody of another topic',
    async (bus, settled) => {
      const heard: string[] = []
      bus.subscribe('one', () => heard.push('first'))
      bus.subscribe('one', () => heard.push('second'))
      for (const other of ['two', 'on', 'one ', 'ONE', '*', 'one*']) {
        bus.subscribe(other, () => heard.push(`wrong: ${other}`))
      }
      bus.publish('one')
      await until(() => heard.includes('first') && heard.includes('second'))
      await settled()
      assert.deepEqual([...new Set(heard)].toSorted(), ['first', 'second'])
    },
  )

  check(
    'who stops listening hears nothing more, and stopping twice is harmless',
    async (bus, settled) => {
      let heard = 0
      let others = 0
      const listener = () => void heard++
      const stop = bus.subscribe('one', listener)
      bus.subscribe('one', () => void others++)
      stop()
      stop()
      bus.publish('one')
      await until(() => others > 0)
      await settled()
      assert.equal(heard, 0)
      bus.subscribe('one', listener)
      stop()
      bus.publish('one')
      await until(() => heard > 0)
    },
  )

  check('a hint that is under way is not heard by who stopped meanwhile', async (bus, settled) => {
    let heard = 0
    const stop = bus.subscribe('one', () => void heard++)
    bus.publish('one')
    stop()
    await settled()
    assert.equal(heard, 0)
  })

  check('the same function may listen twice and stop once', async bus => {
    let heard = 0
    const listener = () => void heard++
    const stop = bus.subscribe('one', listener)
    bus.subscribe('one', listener)
    bus.publish('one')
    await until(() => heard >= 2)
    stop()
    heard = 0
    bus.publish('one')
    await until(() => heard > 0)
  })

  check('publish returns before anybody has heard, and never waits for them', async bus => {
    let heard = 0
    bus.subscribe('one', () => void heard++)
    for (let hint = 0; hint < 10; hint += 1) bus.publish('one')
    assert.equal(heard, 0)
    await until(() => heard > 0)
  })

  check('publish never throws: nobody listening, odd topics, or a closed bus', async bus => {
    const odd = [
      '',
      ' ',
      '*',
      '[a]',
      'a\r\nPUBLISH b c',
      '\0',
      '홍길동 😀',
      '__proto__',
      'x'.repeat(65_536),
    ]
    for (const topic of odd) bus.publish(topic)
    for (const topic of odd) bus.subscribe(topic, () => {})()
    for (const topic of odd) bus.publish(topic)
    await bus.close()
    for (const topic of odd) bus.publish(topic)
  })

  check(
    'S073: a topic is text and nothing else: a pattern hears only itself',
    async (bus, settled) => {
      const heard: string[] = []
      for (const topic of ['*', '?', 'constructor', '__proto__', 'a\nb']) {
        bus.subscribe(topic, () => heard.push(topic))
      }
      bus.publish('a')
      bus.publish('b')
      bus.publish('__proto__')
      await until(() => heard.includes('__proto__'))
      await settled()
      assert.deepEqual([...new Set(heard)], ['__proto__'])
    },
  )

  check('of ten thousand waiting kiosks each hears its own', async bus => {
    const heard = new Set<number>()
    const stops = Array.from({ length: 10_000 }, (_, index) =>
      bus.subscribe(`topic ${index}`, () => heard.add(index)),
    )
    bus.publish('topic 7')
    bus.publish('topic 9999')
    await until(() => heard.size === 2)
    for (const stop of stops) stop()
    assert.deepEqual([...heard].toSorted(), [7, 9999])
  })

  check('a listener may stop, listen and publish while it hears', async bus => {
    let heard = 0
    let again = 0
    const stop = bus.subscribe('one', () => {
      heard += 1
      stop()
      bus.subscribe('two', () => void again++)
      bus.publish('two')
    })
    bus.publish('one')
    await until(() => again > 0)
    assert.equal(heard, 1)
  })

  check('closing twice is harmless', async bus => {
    bus.subscribe('one', () => {})
    await bus.close()
    await bus.close()
  })
}

function until(condition: () => boolean): Promise<void> {
  return patience.until('the hint is heard', condition, 1)
}
