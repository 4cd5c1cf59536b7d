import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wholeLog } from '../conformance/rows.ts'
import { type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { until } from '../support/patience.ts'
import { codeOf, consentOf, formOf, scanned, site } from '../support/sign-up.ts'

test('what whoever signed up was shown stands with the account and in the log', async t => {
  const consented = async (settings: Settings) => {
    const gate = await startGate(t, { QRGATE_REGISTRATION: 'open', ...settings })
    gate.holdTime()
    const { notice, submit } = await formOf(await scanned(gate))
    assert.equal((await submit('hong')).status, 200)
    const agreed = (await consentOf(gate, 'hong')) ?? assert.fail()
    assert.equal(agreed, notice)
    return { agreed, texts: await gate.app.store.site.noticeOf(agreed) }
  }
  const shown = await consented({})
  assert.equal((await consented({})).agreed, shown.agreed)
  const consent = '이용 약관에 동의합니다.'
  const other = await consented({ QRGATE_SIGN_UP_CONSENT: consent })
  assert.notEqual(other.agreed, shown.agreed)
  assert.equal(other.texts?.consent.ko, consent)
})

test('nobody is said to have agreed to what a program did not show, or no form says', async t => {
  const gate = await startGate(t, { QRGATE_REGISTRATION: 'open' })
  assert.equal((await (await scanned(gate)).signUp('hong')).status, 200)
  assert.equal(await consentOf(gate, 'hong'), null)
  const { gate: quiet, run } = await site(t)
  const file = join(temporaryFolder(t), 'notice.json')
  writeFileSync(file, '{}')
  assert.match((await run(file)).out, /is this one, which says nothing\.$/m)
  const form = await formOf(await scanned(quiet))
  assert.deepEqual([form.notice, form.shown], [undefined, ''])
  assert.equal((await form.submit('kim')).status, 200)
  assert.equal(await consentOf(quiet, 'kim'), null)
})

test('an operator changes the notice: from then on another is shown, and no old one is agreed to', async t => {
  const { gate, run } = await site(t)
  const old = await formOf(await scanned(gate))
  const before = (await run()).out
  assert.match(before, /"ko": "입력한 정보는/)
  const document = {
    consent: { ko: '수집에 동의합니다.', en: 'I agree.' },
    privacy_url: 'https://clinic.example/privacy',
  }
  const file = join(temporaryFolder(t), 'notice.json')
  writeFileSync(file, JSON.stringify(document))
  const set = await run(file)
  const [, version = ''] = /is this one, version ([\w-]{16})\.$/m.exec(set.out) ?? []
  assert.ok(version, set.out + set.err)
  assert.match((await run(file)).out, /is this one already, version/)
  assert.deepEqual(JSON.parse((await run()).out), document)

  let found = old
  await until('the new notice is on the form', async () => {
    found = await formOf(await scanned(gate))
    return found.notice === version
  })
  assert.match(found.shown, /I agree\..*href="https:\/\/clinic\.example\/privacy"/)
  const refused = await old.submit('hong')
  assert.equal(refused.status, 409)
  assert.equal(await codeOf(refused), 'notice_changed')
  const again = await (await old.submit('hong', 'text/html')).text()
  assert.match(again, new RegExp(`name="notice" value="${version}"`))
  assert.match(again, /The notice on this form has changed/)
  assert.equal(await gate.app.store.accounts.byIdKey('hong'), null)
  assert.equal((await found.submit('hong')).status, 200)
  assert.equal(await consentOf(gate, 'hong'), version)
  assert.deepEqual(JSON.parse((await run('--agreed', version)).out), document)

  assert.match((await run('--settings')).out, /is the settings', version/)
  assert.equal((await run()).out, before)
  const told = (await wholeLog(gate.app.store)).filter(({ event }) => event === 'site.changed')
  assert.deepEqual(
    told.map(({ detail, actorKind }) => [actorKind, JSON.parse(detail ?? '{}').notice]),
    [
      ['operator', version],
      ['operator', old.notice],
    ],
  )
})
