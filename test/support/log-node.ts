/*
 * One node of the log as a process of its own: its sealer and its readers, or somebody who holds a
 * lease and does what he is told, one command a line. It tells the journal what happens to it.
 */
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { type SQLInputValue, type StatementResultingChanges, StatementSync } from 'node:sqlite'
import pg from 'pg'
import { follow } from '../../server/src/log/follow.ts'
import { startSealer } from '../../server/src/log/seal.ts'
import { type LogEvent, system } from '../../server/src/protocol/log-event.ts'
import type { Lease, Leases } from '../../server/src/store/lease.ts'
import type { SealedRow } from '../../server/src/store/log.ts'
import { openStore } from '../../server/src/store/open-store.ts'
import { type Handed, say } from './journal.ts'
import { pause } from './patience.ts'
import { seeded } from './seeded.ts'

/** How a reader takes what it is handed. */
export type Manner =
  /** At once. */
  | 'steady'
  /** Sometimes slowly, and sometimes it throws, before or after it is done. */
  | 'moody'
  /** It does its work and never says so. */
  | 'hanging'

export interface NodeSettings {
  name: string
  url: string
  /** Starts sealer and readers. */
  run?: { readers: Record<string, Manner>; lasts?: number; seed?: number; seals?: boolean }
}

export type Command =
  | { do: 'take'; lease: string; ms: number }
  | { do: Write }
  /** Counts up by cursor under the lease, so many times, however often the lease is lost meanwhile. */
  | { do: 'count'; lease: string; ms: number; times: number; seed: number }
  /** Stops itself in its next fenced transaction. */
  | { do: 'freeze'; at: FreezeAt }

/** What only the holder of a lease can do. */
export type Write = 'seal' | 'moveCursor' | 'addCheckpoint' | 'erase' | 'beginAt' | 'remove'

export type FreezeAt = 'lease checked' | 'before commit'

const { name, url, run }: NodeSettings = JSON.parse(process.argv[2] ?? '')
const holder = randomUUID()
const store = await openStore(url)
const { log } = store
const onError = (error: unknown) => {
  say({ by: name, error: (error as { code?: string }).code ?? String(error) })
}
const leases: Leases = {
  ...store.leases,
  async take(...given) {
    const took = await store.leases.take(...given)
    if (took) say({ by: name, took })
    return took
  },
}

let freezeAt: FreezeAt | undefined

function freezeIf(here: FreezeAt): void {
  if (freezeAt !== here) return
  freezeAt = undefined
  say({ by: name, frozenAt: here })
  process.kill(process.pid, 'SIGSTOP')
  // The signal may take effect in another thread first.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200)
}

const isCheck = /^select .* from "leases"/

type Query = (text: string, values?: unknown[]) => Promise<unknown>
const client = pg.Client.prototype as unknown as { query: Query }
const { query } = client
client.query = async function (this: pg.Client, text, values) {
  if (text === 'commit') freezeIf('before commit')
  const answer = await query.call(this, text, values)
  if (isCheck.test(text)) freezeIf('lease checked')
  return answer
}
type RunStatement = (...values: SQLInputValue[]) => StatementResultingChanges
const statement: { run: RunStatement } = StatementSync.prototype
const { run: runStatement } = statement
statement.run = function (this: StatementSync, ...values) {
  if (this.sourceSQL === 'commit') freezeIf('before commit')
  return runStatement.apply(this, values)
}

function read(reader: string, manner: Manner, random: () => number) {
  return async (rows: readonly SealedRow[]) => {
    const mood = manner === 'moody' ? random() : 1
    if (mood < 0.3) await pause(random() * 100)
    if (mood < 0.05) throw new Error('a mood, before')
    say({ by: name, reader, read: rows.map(handed) })
    if (manner === 'hanging') await new Promise(() => {})
    if (mood < 0.3) await pause(random() * 100)
    if (mood < 0.1) throw new Error('a mood, after')
  }
}

function handed({ position, row, digest, seal, subject }: SealedRow): Handed {
  return [position, row, digest, seal, subject ?? '']
}

const stops: (() => Promise<void>)[] = []
if (run) {
  const { readers, lasts, seed = 0, seals = true } = run
  const parts = { log, leases, holder, onError, ...(lasts !== undefined && { lasts }) }
  if (seals) stops.push(startSealer(parts))
  for (const [index, [reader, manner]] of Object.entries(readers).entries()) {
    const random = seeded(seed + index)
    stops.push(follow(parts, { name: reader, read: read(reader, manner, random) }))
  }
}

const toldBy = (event: LogEvent['event']): LogEvent => {
  return { event, at: 1, actor: system, subject: { kind: 'log', id: '' }, detail: {} }
}

const writes: Record<Write, (lease: Lease) => Promise<unknown>> = {
  seal: lease => log.seal(lease, 500),
  moveCursor: lease => log.moveCursor(lease, 1),
  addCheckpoint: lease => {
    const checkpoint = { position: 1, seal: 'seal', at: 1, key: 'key', signature: 'signature' }
    return log.addCheckpoint(lease, checkpoint, toldBy('log.checkpoint'))
  },
  erase: lease => log.erase(lease, 2 ** 45, 500, () => toldBy('log.erased')),
  beginAt: lease => log.beginAt(lease, 1, 1, toldBy('log.purged')),
  remove: lease => log.remove(lease, 1, 500),
}

let lease: Lease | null = null

async function obey(command: Command): Promise<unknown> {
  if (command.do === 'take') {
    lease = await leases.take(command.lease, holder, command.ms)
    return lease
  }
  if (command.do === 'freeze') {
    freezeAt = command.at
    return null
  }
  if (command.do === 'count') return count(command)
  if (lease === null) throw new Error('it has no lease')
  return writes[command.do](lease)
}

async function count({ lease, ms, times, seed }: Command & { do: 'count' }) {
  const random = seeded(seed)
  let counted = 0
  let lost = 0
  while (counted < times) {
    const held = await leases.take(lease, holder, ms)
    if (!held) {
      await pause(random() * ms)
      continue
    }
    const last = await log.cursor(lease)
    if (random() < 0.3) await pause(random() * 3 * ms)
    try {
      await log.moveCursor(held, last + 1)
      counted += 1
    } catch (error) {
      if ((error as Error).name !== 'LeaseLost') throw error
      lost += 1
    }
    if (random() < 0.3) await leases.release(held)
    if (random() < 0.3) await pause(random() * ms)
  }
  return { counted, lost }
}

say({ by: name, did: 'start' })
for await (const line of createInterface(process.stdin)) {
  const command = JSON.parse(line) as Command
  try {
    say({ by: name, did: command.do, result: (await obey(command)) ?? null })
  } catch (error) {
    const { name: kind, code } = error as Error & { code?: string }
    say({ by: name, did: command.do, error: code ?? kind })
  }
}
await Promise.all(stops.map(stop => stop()))
await store.close()
