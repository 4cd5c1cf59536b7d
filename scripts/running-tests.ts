// A reporter of `node --test` that notes what begins and what has ended, one JSON line each, so that
// scripts/run-tests.ts can say what still runs. It hears of both at once; the reporter for people
// hears of a file only when all files before it have ended.
import { resolve } from 'node:path'
import type { TestEvent } from 'node:test/reporters'

export interface Note {
  kind: 'begun' | 'ended'
  file: string
  line: number
  /** Of the test, or of the file itself. */
  name: string
  isFile: boolean
  /** Milliseconds since 1970. */
  at: number
}

export default async function* notes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:dequeue' && type !== 'test:complete') continue
    const { file = '', line = 0, name } = data
    const kind = type === 'test:dequeue' ? 'begun' : 'ended'
    const note: Note = { kind, file, line, name, isFile: resolve(name) === file, at: Date.now() }
    yield `${JSON.stringify(note)}\n`
  }
}
