import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failed, verdictOf } from './answer.ts'

const verdict = (status: number) => verdictOf({ kind: 'answered', status, body: undefined })

test('any 2xx is good, and other answers are asked for again unless they would stay the same', () => {
  const verdicts = {
    ok: [200, 201, 202, 204, 299],
    retry: [0, 199, 408, 409, 425, 429, 500, 502, 503, 504, 599, 600],
    gave_up: [400, 401, 403, 404, 410, 413, 422, 426, 499],
  }
  for (const [expected, statuses] of Object.entries(verdicts)) {
    for (const status of statuses) assert.equal(verdict(status), expected, `${status}`)
  }
})

test('a failure is never the last word, as whoever runs gate or receiver can mend it', () => {
  for (const why of ['address_refused', 'redirect', 'tls', 'timeout', 'unsigned'] as const) {
    assert.equal(verdictOf(failed(why, '')), 'retry')
  }
})
