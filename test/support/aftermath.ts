import assert from 'node:assert/strict'
import { openDatabase } from './database.ts'
import type { Gate } from './gate.ts'
import { visitor } from './visitor.ts'

export interface Aftermath {
  /** The attack fills a queue, so the deliberate 503 is a right answer. */
  busy?: boolean
}

interface LogLine {
  level: number
  status?: number
  err?: { code?: string; message?: string }
  event?: { event: string }
}

/**
 * Tickets, kiosk secrets, receipts, phone keys and hashes are all longer than any word of a log,
 * and nothing else is: an id has 36 characters.
 */
const secretLike = /[\w-]{40,}/

/** Events whose seal, signature or thumbprint is made to be known. */
const isPublic = new Set<string | undefined>(['log.checkpoint', 'signing_key.added'])

/** What must be true after every attack, whatever it was. */
export async function assertUnharmed(
  gate: Pick<Gate, 'url' | 'log' | 'dataDir'>,
  { busy = false }: Aftermath = {},
): Promise<void> {
  assert.equal((await fetch(`${gate.url}/healthz`)).status, 200, 'the gate still answers')
  assertQuietLog(gate.log(), { busy })
  assert.equal(Object.hasOwn(Object.prototype, 'polluted'), false)

  const database = openDatabase(gate.dataDir)
  try {
    assert.deepEqual({ ...database.prepare('PRAGMA integrity_check').get() }, intact)
  } finally {
    database.close()
  }
}

/** No error, no answer that nobody has meant to give, and no secret. @param log a JSON object a line. */
export function assertQuietLog(log: string, { busy = false }: Aftermath = {}): void {
  for (const line of log.split('\n').filter(Boolean)) {
    const { level, status, err, event } = JSON.parse(line) as LogLine
    assert.ok(status === undefined || status < 500 || (busy && status === 503), line)
    // The WebSocket plugin logs every frame against the protocol as an error of its own.
    const isOfPeer = err?.code?.startsWith('WS_ERR_') === true
    // A machine that is busy enough keeps half a second's patience waiting; then a node goes on alone.
    const isOfMachine = busy && err?.message?.startsWith('Redis has not answered') === true
    assert.ok(level < 50 || isOfPeer || isOfMachine, `an error was logged: ${line}`)
    if (!isPublic.has(event?.event)) assert.doesNotMatch(line, secretLike)
    assert.ok(!line.includes(visitor.password), `a password was logged: ${line}`)
  }
}

const intact = { integrity_check: 'ok' }
