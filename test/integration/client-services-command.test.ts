import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { choose, service, startServed, visitAt } from '../support/hand-off-gate.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes and more'

test('an operator sets what visitors may ask for, and the next one is offered it', async t => {
  const { gate, kiosk } = await startServed(t, { services: [] })
  const env = { SECRET_KEY, QRGATE_DATA_DIR: gate.dataDir }
  const run = (args: string[], input?: string) => qrgate(args, env, gate.dataDir, input)
  const print = async () => JSON.parse((await run(['client', 'services', 'clinic'])).out)
  assert.deepEqual(await print(), { services: [] })

  const lines = [{ ko: '오늘 진료', en: 'Today' }]
  const services = [
    service('exam', { lines }),
    service('pay', { icon: 'pay', closed: { ko: '점심시간', en: 'Lunch' } }),
  ]
  const file = join(gate.dataDir, 'services.json')
  // An editor may have put a byte order mark there; what it does not know is left out.
  writeFileSync(file, `\ufeff${JSON.stringify({ services, comment: 'mine' })}`)
  const set = await run(['client', 'services', 'clinic', file])
  assert.deepEqual(
    [set.code, set.out],
    [0, 'clinic has the services exam, pay (closed).\n'],
    set.err,
  )
  assert.deepEqual(await print(), { services })
  const { signIn, claim } = await visitAt(gate, kiosk)
  assert.deepEqual(claim.services, services)
  assert.equal((await choose(kiosk, signIn, 'exam')).status, 200)
  const shown = await run(['client', 'show', 'clinic'])
  assert.match(shown.out, /^services {5}exam, pay$/m)

  // What is printed can be set again, from standard input too.
  const printed = (await run(['client', 'services', 'clinic'])).out
  assert.equal((await run(['client', 'services', 'clinic', '-'], printed)).code, 0)
  assert.deepEqual(await print(), { services })
  const events = await wholeLog(gate.app.store, { event: 'client' })
  const ofServices = events.filter(({ actorKind }) => actorKind === 'operator')
  assert.deepEqual(
    ofServices.map(({ event, detail }) => [event, detail]),
    [['client.changed', '{"fields":["services"]}']],
  )

  const none = await run(['client', 'services', 'clinic', '-'], '{"services": []}')
  assert.equal(none.out, 'clinic has no services.\n')
  assert.deepEqual(await print(), { services: [] })
})

test('what is wrong with the services is said by field, and nothing has changed', async t => {
  const { gate } = await startServed(t)
  const env = { SECRET_KEY, QRGATE_DATA_DIR: gate.dataDir }
  const set = (input: string) =>
    qrgate(['client', 'services', 'clinic', '-'], env, gate.dataDir, input)
  const wrong: [string, RegExp][] = [
    ['{"services": [', /^qrgate: This is no JSON: /],
    ['[]', /^qrgate: The document must be a JSON object\.\n$/],
    [
      JSON.stringify({ services: [{ ...service('exam'), icon: 'rocket', id: '' }] }),
      /^(?=.*`services\[0\]\.id` must be a letter or digit)(?=.*`services\[0\]\.icon` must be one of)/s,
    ],
    [
      JSON.stringify({ services: [service('exam'), service('exam')] }),
      /^qrgate: The service `exam` is there twice\.\n$/,
    ],
  ]
  for (const [input, sentence] of wrong) {
    const { code, out, err } = await set(input)
    assert.deepEqual([code, out], [1, ''], input)
    assert.match(err, sentence)
  }
  const unread = await qrgate(['client', 'services', 'clinic', 'nowhere.json'], env, gate.dataDir)
  assert.equal(unread.err, 'qrgate: nowhere.json cannot be read: there is no such file.\n')
  assert.deepEqual((await gate.app.store.clients.byId('clinic'))?.services, [service('exam')])
})
