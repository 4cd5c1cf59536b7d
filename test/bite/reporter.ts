import type { TestEvent } from 'node:test/reporters'

/** What became of one test, as the run reads it: a line of JSON each. */
export interface Outcome {
  title: string
  passed: boolean
}

/** Writes an {@link Outcome} for each test that was run. */
export default async function* outcomes(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  for await (const { type, data } of events) {
    if (type !== 'test:pass' && type !== 'test:fail') continue
    if (data.skip !== undefined || data.todo !== undefined) continue
    const outcome: Outcome = { title: data.name, passed: type === 'test:pass' }
    yield `${JSON.stringify(outcome)}\n`
  }
}
