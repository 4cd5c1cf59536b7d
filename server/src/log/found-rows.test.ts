import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LogQuery, LogRow, SealedRow } from '../store/log.ts'
import { allRows, newestRows } from './found-rows.ts'

/** So many rows, of which the first are sealed, in reverse: row numbers are no order. */
function fakeLog(count: number, sealed: number) {
  const rows = Array.from({ length: count }, (_, n) => ({
    row: n + 1,
    position: null as number | null,
  }))
  let last = 0
  const seal = (limit: number) => {
    for (const row of rows
      .filter(({ position }) => position === null)
      .slice(0, limit)
      .toReversed()) {
      last += 1
      row.position = last
    }
  }
  seal(sealed)
  const page = <Row extends { at: number }>(
    found: Row[],
    from: { after: number } | 'newest',
    limit: number,
  ) => {
    const sorted = found.toSorted((a, b) => a.at - b.at)
    const some =
      from === 'newest' ? sorted.toReversed() : sorted.filter(({ at }) => at > from.after)
    return some.slice(0, limit)
  }
  const log = {
    /** What a gate does before each look. */
    before: () => {},
    async find(_query: LogQuery, from: { after: number } | 'newest', limit: number) {
      log.before()
      const found = rows.filter(({ position }) => position !== null)
      const copies = found.map(row => ({ ...row, at: row.position ?? 0 }))
      return page(copies, from, limit) as unknown as SealedRow[]
    },
    async waiting(_query: LogQuery, from: { after: number } | 'newest', limit: number) {
      log.before()
      const found = rows.filter(({ position }) => position === null)
      return page(
        found.map(row => ({ ...row, at: row.row })),
        from,
        limit,
      ) as unknown as LogRow[]
    },
  }
  return { log, seal }
}

async function all(log: Parameters<typeof allRows>[0]): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for await (const row of allRows(log, {})) rows.push(row)
  return rows
}

const numbers = (count: number) => Array.from({ length: count }, (_, n) => n + 1)
const inOrder = (rows: readonly LogRow[]) => rows.map(({ row }) => row).toSorted((a, b) => a - b)

test('all rows are found, the sealed ones in order, then the others', async () => {
  const { log } = fakeLog(1_800, 1_000)
  const rows = await all(log)
  assert.deepEqual(inOrder(rows), numbers(1_800))
  assert.deepEqual(
    rows.slice(0, 1_000).map(({ position }) => position),
    numbers(1_000),
  )
  assert.deepEqual(
    rows.slice(1_000).map(({ row }) => row),
    numbers(1_800).slice(1_000),
  )
})

test('each row is found once, however many are sealed meanwhile', async () => {
  for (const atOnce of [1, 7, 300, 500, 900, 2_000]) {
    const { log, seal } = fakeLog(1_800, 700)
    log.before = () => seal(atOnce)
    assert.deepEqual(inOrder(await all(log)), numbers(1_800), `${atOnce}`)
  }
})

test('the newest rows are those that wait, then the last ones sealed', async () => {
  const { log } = fakeLog(20, 15)
  const newest = async (most: number) => (await newestRows(log, {}, most)).map(({ row }) => row)
  assert.deepEqual(await newest(3), [20, 19, 18])
  assert.deepEqual(await newest(7), [20, 19, 18, 17, 16, 1, 2])
  assert.deepEqual(await newest(100), [20, 19, 18, 17, 16, ...numbers(15)])
  assert.deepEqual(await newest(0), [])
})

test('a row that is sealed between two looks is among the newest once', async () => {
  const { log, seal } = fakeLog(20, 15)
  log.before = () => seal(4)
  const newest = await newestRows(log, {}, 10)
  assert.equal(new Set(newest.map(({ row }) => row)).size, 10)
})
