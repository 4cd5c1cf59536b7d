import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Refused } from '../../reception/src/arrivals.ts'
import { type ArrivalRow, openDatabase } from '../../reception/src/database.ts'
import { dayOf } from '../../reception/src/day.ts'
import { createQueue } from '../../reception/src/queue.ts'
import type { Site } from '../../reception/src/site.ts'
import type { DeskActions } from '../../reception/src/wire.ts'

export const both = (ko: string, en: string) => ({ ko, en })
/** 10:00 in Seoul. */
export const start = Date.parse('2026-11-30T01:00:00Z')
export const second = 1_000
export const minute = 60 * second
export const hour = 60 * minute

/** Two rooms that see patients, one of them for tests too; a cashier alone. */
export const site: Site = {
  services: [
    { id: 'exam', letter: 'A', name: both('진료 접수', 'See a doctor'), icon: 'doctor' },
    { id: 'test', letter: 'B', name: both('검사 접수', 'Tests'), icon: 'test' },
    { id: 'pay', letter: 'C', name: both('수납', 'Pay'), icon: 'pay' },
  ],
  desks: [
    { id: 'room-1', name: both('1진료실', 'Room 1'), services: ['exam'] },
    {
      id: 'room-2',
      name: both('2진료실', 'Room 2'),
      floor: both('2층', '2nd floor'),
      services: ['exam', 'test'],
    },
    { id: 'pay-1', name: both('수납 1번', 'Cashier 1'), services: ['pay'] },
  ],
}

/** Whatever can let go at its end. */
export interface Scope {
  after(letGo: () => unknown): void
}

export function folder(t: Scope): string {
  const path = mkdtempSync(join(tmpdir(), 'qrgate-reception-'))
  t.after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** The UUID of the visitor of this number; the same for the same. */
export function visitor(n: number): string {
  return `01a2078e-6c1f-7d52-9a3b-${String(n).padStart(12, '0')}`
}

export type Place = ReturnType<typeof openPlace>

/** Reception's tables in a folder of their own, with a queue, and a clock that only the test moves. */
export function openPlace(t: Scope, zone = 'Asia/Seoul') {
  const dataDir = folder(t)
  const { db } = openDatabase(dataDir)
  t.after(() => db.destroy())
  let now = start
  const clock = () => now
  const today = () => dayOf(now, zone)
  let changes = 0
  const changed = () => {
    changes += 1
  }
  const parts = { db, site, clock, today, changed }
  const queue = createQueue(parts)
  const row = async (n: number): Promise<ArrivalRow> => {
    const found = db.selectFrom('arrivals').selectAll().where('id', '=', visitor(n))
    return found.executeTakeFirstOrThrow()
  }
  return {
    ...{ dataDir, db, site, clock, today, queue, row },
    rows: () => db.selectFrom('arrivals').selectAll().orderBy('id').execute(),
    calls: () => db.selectFrom('calls').selectAll().orderBy('id').execute(),
    /** How often it was said that something is another now. */
    changes: () => changes,
    /** As after a restart: nothing in memory. @param now what `reception.json` has by then. */
    reopened: (now = site) => createQueue({ ...parts, site: now }),
    pass(ms: number): void {
      now += ms
    },
    setClock(ms: number): void {
      now = ms
    },
    /** Somebody with a phone; each comes a second later. */
    async come(n: number, service = 'exam', name: string | null = null): Promise<ArrivalRow> {
      now += second
      return queue.receive({ id: visitor(n), service, name, external_id: null })
    },
    call: (desk: string, n: number) => queue.act('call', { desk, arrival: visitor(n) }),
    act: <Name extends keyof DeskActions>(name: Name, action: DeskActions[Name]) =>
      queue.act(name, action),
    /** Who waits, by their numbers, in the order of their turns. */
    async line(): Promise<string[]> {
      const waiting = db.selectFrom('arrivals').selectAll().where('state', '=', 'waiting')
      const rows = await waiting.orderBy('turn').execute()
      return rows.map(({ letter, number }) => `${letter}${number}`)
    },
  }
}

/** A place where visitors 1 to `count` wait for a doctor. */
export async function withVisitors(t: Scope, count: number): Promise<Place> {
  const place = openPlace(t)
  for (let n = 1; n <= count; n += 1) await place.come(n)
  return place
}

/** Whether an error says no for this reason. */
export const refused = (code: Refused['code']) => (error: unknown) =>
  error instanceof Refused && error.code === code
