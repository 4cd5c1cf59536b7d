import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, type TestContext, test } from 'node:test'
import { follow, type Reader } from '../../server/src/log/follow.ts'
import { startSealer } from '../../server/src/log/seal.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import type { Store } from '../../server/src/store/store.ts'
import { Journal } from '../support/journal.ts'
import { type NewDatabase, provenOn, startEngines } from '../support/log-engines.ts'
import type { Manner } from '../support/log-node.ts'
import { LogProcess } from '../support/log-process.ts'
import { pause, until } from '../support/patience.ts'
import { ToldNode } from '../support/told-node.ts'

const engines = await startEngines({ after })

/** How long leases last here, in milliseconds. */
const lasts = 700
const hour = 3_600_000

class House {
  readonly store: Store
  readonly journal: Journal
  readonly errors: string[] = []
  readonly #t: TestContext
  readonly url: string
  readonly #stops: (() => Promise<void>)[] = []
  #written = 0

  private constructor(t: TestContext, url: string, store: Store) {
    this.#t = t
    this.url = url
    this.store = store
    this.journal = new Journal(t)
  }

  static async open(t: TestContext, newDatabase: NewDatabase): Promise<House> {
    const url = await newDatabase(t)
    const store = await openStore(url)
    const house = new House(t, url, store)
    t.after(async () => {
      await house.stop()
      await store.close()
    })
    return house
  }

  get #parts() {
    const onError = (error: unknown) => this.errors.push(String(error))
    return { ...this.store, holder: randomUUID(), lasts, onError }
  }

  /** Lets somebody read in this process. */
  follow(reader: Reader, parts: { lasts?: number } = {}): void {
    this.#stops.push(follow({ ...this.#parts, ...parts }, reader))
  }

  seal(): void {
    this.#stops.push(startSealer(this.#parts))
  }

  /** Starts a node with these readers. */
  node(name: string, readers: Record<string, Manner>, seals = true): LogProcess {
    const settings = { name, url: this.url, run: { readers, lasts, seals } }
    return new LogProcess(this.#t, this.journal, 'log-node.ts', settings)
  }

  /** @returns the position that the last of them will have. */
  async write(count: number): Promise<number> {
    const subject = { kind: 'log', id: '' } as const
    const event = { event: 'log.purged', at: 1, actor: system, subject } as const
    await this.store.log.add(Array.from({ length: count }, () => event))
    this.#written += count
    return this.#written
  }

  async noted(reader: string, position: number): Promise<void> {
    const { log } = this.store
    await until(`${reader} has noted ${position}`, async () => {
      return (await log.cursor(reader)) === position
    })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stops.splice(0).map(stop => stop()))
  }
}

const positions = (rows: readonly { position: number }[]) => rows.map(({ position }) => position)

for (const [engine, newDatabase] of provenOn(engines)) {
  test(`${engine}: a reader that is slower than its lease comes to the end`, async t => {
    const house = await House.open(t, newDatabase)
    house.seal()
    const handed: number[][] = []
    const read: Reader['read'] = async rows => {
      handed.push(positions(rows))
      await pause(3 * lasts)
    }
    await house.write(2)
    const [one, other] = [
      { name: 'slow', read },
      { name: 'slow', read },
    ]
    house.follow(one)
    house.follow(other)
    await house.noted('slow', 2)
    // A machine that stands still may lose it the lease for once.
    assert.deepEqual(handed[0], [1, 2])
  })

  test(`${engine}: a reader that throws on one node is served by another`, async t => {
    const house = await House.open(t, newDatabase)
    house.seal()
    let thrown = 0
    const name = 'broken'
    // As long as in production: whoever tries again and again would keep it for ever.
    const long = { lasts: 10_000 }
    const broken = async () => {
      thrown += 1
      throw new Error('not here')
    }
    house.follow({ name, read: broken }, long)
    await house.write(2)
    await until('it throws', () => thrown > 0)
    const handed: number[][] = []
    const read: Reader['read'] = async rows => {
      handed.push(positions(rows))
    }
    house.follow({ name, read }, long)
    await house.noted(name, 2)
    assert.deepEqual(handed, [[1, 2]])
  })

  test(`${engine}: a reader that throws is handed the same events again`, async t => {
    const house = await House.open(t, newDatabase)
    house.seal()
    await house.write(2)
    const handed: number[][] = []
    const read: Reader['read'] = async rows => {
      handed.push(positions(rows))
      if (handed.length < 3) throw new Error(`not for the ${handed.length}. time`)
    }
    house.follow({ name: 'at last', read }, { lasts: 10_000 })
    await house.noted('at last', 2)
    await house.noted('at last', await house.write(1))
    assert.deepEqual(handed, [[1, 2], [1, 2], [1, 2], [3]])
    assert.deepEqual(house.errors, ['Error: not for the 1. time', 'Error: not for the 2. time'])
  })

  test(`${engine}: what a killed node has read and not noted another reads again, and nothing before it`, async t => {
    const house = await House.open(t, newDatabase)
    const reader = 'the reader'
    await house.write(2)
    const first = house.node('first', { [reader]: 'hanging' })
    await house.journal.line('the first reads', ({ read }) => read)
    assert.equal(await house.store.log.cursor(reader), 0)
    await first.kill()
    const second = house.node('second', { [reader]: 'steady' })
    await house.noted(reader, 2)
    await house.noted(reader, await house.write(1))
    await second.kill()
    house.node('third', { [reader]: 'steady' })
    await house.noted(reader, await house.write(1))
    const handed = house.journal.lines().flatMap(({ by, read }) => {
      return read ? [`${by} ${read.map(([position]) => position)}`] : []
    })
    // A machine that stands still may lose one the lease: then it is handed the same again.
    assert.deepEqual([...new Set(handed)], ['first 1,2', 'second 1,2', 'second 3', 'third 4'])
  })

  test(`${engine}: readers that hang or are dead delay neither the sealer nor others, and another node takes their place`, async t => {
    const house = await House.open(t, newDatabase)
    const { store, journal } = house
    const first = house.node('first', { hanging: 'hanging', good: 'steady' })
    const dead = house.node('dead', { dead: 'hanging' }, false)
    await house.noted('good', await house.write(2))
    for (const name of ['hanging', 'dead']) {
      await journal.line(`${name} reads`, ({ reader }) => reader === name)
    }
    await dead.kill()
    for (let round = 0; round < 3; round += 1) {
      await house.noted('good', await house.write(600))
      assert.equal((await store.log.head()).position, await store.log.cursor('good'))
    }
    for (const reader of ['hanging', 'dead']) assert.equal(await store.log.cursor(reader), 0)

    // The first one lives and seals; but it has had its time for this.
    house.node('second', { hanging: 'steady' })
    await house.noted('hanging', (await store.log.head()).position)
    await house.noted('good', await house.write(1))
    await first.kill()
    const hung = journal.lines().filter(line => line.by === 'first' && line.reader === 'hanging')
    assert.equal(hung.length, 1)
  })
}

test('Postgres: a reader that is frozen while it notes its place delays neither the sealer nor others', async t => {
  const house = await House.open(t, engines.Postgres)
  house.node('good one', { good: 'steady' })
  await house.noted('good', await house.write(1))
  const frozen = await ToldNode.start(t, house.journal, house.url, 'frozen')
  await frozen.freezeIn('moveCursor', 'before commit', 'frozen', hour)
  await house.noted('good', await house.write(600))
  await house.noted('good', await house.write(600))
  // It was so all the time: nobody has ended its transaction yet, or it could not be ended now.
  frozen.process.thaw()
  await frozen.answer('moveCursor')
})
