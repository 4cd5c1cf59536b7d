import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { withoutLimits } from '../../bench/support/served-gate.ts'
import { createClock } from '../../server/src/clock.ts'
import { addAlike, type Try, waysAt } from '../support/alike.ts'
import type { Gate } from '../support/gate.ts'
import { startEngines } from '../support/log-engines.ts'
import { startLocal } from '../support/passkey-page.ts'

/*
 * Whoever is asked about: status, body, headers and cookies are the same. How long it takes is compared by
 * `npm run bench:enumeration`.
 */

const scope = { after } as TestContext
const gates: Gate[] = []
// First of all: they would wait for a database that is gone.
after(() => Promise.all(gates.map(gate => gate.close())))

/** Each page that asks for a passkey has a challenge of its own, and each answer its time. */
const ofItsOwn = [
  /data-passkey="[^"]*"/g,
  /name="visit" value="[^"]*"/g,
  /data-time-left="\d*"[^/]*<\/span>/g,
]

/** All that a stranger can compare. @param asked what they have typed themselves, which a form shows again. */
async function lookOf(attempt: Try, asked: string) {
  const answer = await attempt()
  let body = await answer.text()
  for (const pattern of ofItsOwn) body = body.replaceAll(pattern, '')
  const headers = [...answer.headers].filter(([name]) => !['date', 'content-length'].includes(name))
  return {
    status: answer.status,
    body: asked === '' ? body : body.replaceAll(`value="${asked}"`, ''),
    headers,
    cookies: answer.headers.getSetCookie(),
  }
}

for (const [engine, database] of Object.entries(await startEngines(scope))) {
  const DATABASE_URL = await database(scope)
  const settings = { ...withoutLimits, DATABASE_URL, QRGATE_REGISTRATION: 'invitation' }
  const gate = await startLocal(scope, settings)
  gates.push(gate)
  const { known, good } = await addAlike(gate.app.store, createClock()(), 'localhost')

  test(`${engine}: each of these ways leads in whoever may come`, async () => {
    for (const [way, { usable }] of Object.entries(await waysAt({ url: gate.url }, good))) {
      const { status } = (await usable?.()) ?? assert.fail(way)
      assert.ok(status < 400, `${way}: ${status}`)
    }
  })

  for (const [way, of] of Object.entries(await waysAt({ url: gate.url }, known))) {
    test(`S048 S114: ${engine}: ${way}: nobody is told from who is not known at all`, async () => {
      const [[, unknown] = assert.fail(), ...others] = Object.entries(of)
      const first = await lookOf(unknown, known.ids.unknown ?? '')
      assert.ok(first.status >= 300 || way.endsWith('page'), `${first.status} ${first.body}`)
      for (const [who, attempt] of others) {
        assert.deepEqual(await lookOf(attempt, known.ids[who] ?? ''), first, who)
      }
    })
  }
}
