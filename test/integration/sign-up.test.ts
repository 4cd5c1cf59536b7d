import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { noticeVersion } from '../../server/src/accounts/sign-up-notice.ts'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { type Gate, type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

/** A gate where whoever was invited may sign up, and its commands. */
async function invitedOnly(t: TestContext, more: Settings = {}) {
  const folder = temporaryFolder(t)
  const databaseUrl = `sqlite:${folder}/gate.sqlite`
  const settings = { QRGATE_REGISTRATION: 'invitation', DATABASE_URL: databaseUrl, ...more }
  const gate = await startGate(t, settings)
  const run = (...args: string[]) => {
    const env = { QRGATE_REGISTRATION: 'invitation', DATABASE_URL: databaseUrl }
    return qrgate(['account', ...args], { ...env, QRGATE_DATA_DIR: folder }, folder)
  }
  const invite = async (...args: string[]) => {
    const { code, out, err } = await run('invite', ...args)
    assert.equal(code, 0, err)
    const [shown = ''] = /[A-Z]{5}-[A-Z]{5}/.exec(out) ?? []
    return shown
  }
  return { gate, run, invite }
}

async function scanned({ url }: Gate) {
  const phone = new Phone(url)
  const { id } = await phone.scan((await new Kiosk(url).start()).frame.url)
  const signUp = (account: string, invitation?: string) =>
    phone.post(`/s/${id}/sign-up`, {
      ...{ account, name: '홍길동', password },
      ...(invitation !== undefined && { invitation }),
    })
  return { phone, id, signUp }
}

async function codeOf(answer: Response): Promise<string | undefined> {
  return ((await answer.json()) as { code?: string }).code
}

test('whoever has an invitation signs up with it once, however they type it', async t => {
  const { gate, invite } = await invitedOnly(t)
  const code = await invite()
  assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{5}-[BCDFGHJKLMNPQRSTVWXZ]{5}$/)
  const one = await scanned(gate)
  assert.equal((await one.signUp('hong', ` ${code.toLowerCase().replace('-', ' ')} `)).status, 200)
  const other = await scanned(gate)
  assert.equal(await codeOf(await other.signUp('kim', code)), 'invitation_wrong')
  assert.equal(await gate.app.store.accounts.byIdKey('kim'), null)
})

test('an answer that was lost costs no second use', async t => {
  const { gate, invite, run } = await invitedOnly(t)
  const code = await invite('--uses', '2')
  const { signUp } = await scanned(gate)
  assert.equal((await signUp('hong', code)).status, 200)
  assert.equal((await signUp('hong', code)).status, 200)
  assert.match((await run('invitations')).out, /^[A-Z]{3}… +1 left {2}until /m)
  const next = await scanned(gate)
  assert.equal((await next.signUp('kim', code)).status, 200)
  assert.equal((await run('invitations')).out.trim(), '')
  // Nor does it take one that is used up.
  assert.equal((await next.signUp('kim', code)).status, 200)
})

test('what is wrong with the account or taken leaves the invitation as it is', async t => {
  const { gate, invite } = await invitedOnly(t)
  const code = await invite('--uses', '2')
  assert.equal((await (await scanned(gate)).signUp('hong', code)).status, 200)
  const { signUp, phone, id } = await scanned(gate)
  assert.equal(await codeOf(await signUp('hong', code)), 'account_exists')
  const common = { account: 'kim', name: '', password: 'password', invitation: code }
  assert.equal(await codeOf(await phone.post(`/s/${id}/sign-up`, common)), 'password_too_common')
  assert.equal((await signUp('kim', code)).status, 200)
})

test('N14: none, unknown, used up, voided and too old are one answer, and no id is looked at', async t => {
  const { gate, invite, run } = await invitedOnly(t)
  const used = await invite()
  assert.equal((await (await scanned(gate)).signUp('hong', used)).status, 200)
  const voided = await invite()
  assert.equal((await run('uninvite', voided.slice(0, 3).toLowerCase())).code, 0)
  const old = await invite('--days', '1')
  gate.passTime(86_400_000)
  const looked = t.mock.method(gate.app.store.accounts, 'update').mock
  const bodies = []
  for (const code of [undefined, '', 'BCDFG-HJKLM', 'no code', used, voided, old]) {
    const answer = await (await scanned(gate)).signUp('hong', code)
    assert.equal(answer.status, 422)
    bodies.push(await answer.text())
  }
  assert.equal(new Set(bodies).size, 1)
  assert.equal(JSON.parse(bodies[0] ?? '').code, 'invitation_wrong')
  assert.equal(looked.callCount(), 0)
})

test('a clock that is set back gives an invitation no more time than it had, and it can be voided', async t => {
  const { gate, invite, run } = await invitedOnly(t)
  const code = await invite()
  gate.passTime(-120_000)
  assert.equal(await codeOf(await (await scanned(gate)).signUp('hong', code)), 'invitation_wrong')
  gate.passTime(120_000)
  assert.equal((await (await scanned(gate)).signUp('hong', code)).status, 200)

  const late = await invite()
  gate.passTime(-120_000)
  assert.equal((await run('uninvite', late)).code, 0)
  gate.passTime(120_000)
  assert.equal(await codeOf(await (await scanned(gate)).signUp('kim', late)), 'invitation_wrong')
})

test('S045: a wrong invitation is a guess: ten for one scan, then none is looked at', async t => {
  const { gate, invite } = await invitedOnly(t)
  const code = await invite()
  const { signUp } = await scanned(gate)
  for (let n = 0; n < 10; n += 1) {
    assert.equal(await codeOf(await signUp('hong', 'BCDFG-HJKLM')), 'invitation_wrong')
  }
  assert.equal(await codeOf(await signUp('hong', code)), 'too_many_tries')
  assert.equal((await (await scanned(gate)).signUp('hong', code)).status, 200)
})

test('S045: of many who use the last use at once one has an account', async t => {
  const { gate, invite } = await invitedOnly(t)
  const code = await invite()
  const visitors = await Promise.all(Array.from({ length: 4 }, () => scanned(gate)))
  const answers = await Promise.all(visitors.map(({ signUp }, n) => signUp(`visitor_${n}`, code)))
  const statuses = answers.map(({ status }) => status).toSorted()
  assert.deepEqual(statuses, [200, 422, 422, 422])
  const added = (await gate.app.store.accounts.all()).filter(({ id }) => id.startsWith('visitor_'))
  assert.equal(added.length, 1)
})

test('the form asks for a code where one is needed, and keeps it while something else is mended', async t => {
  const { gate, invite } = await invitedOnly(t)
  const code = await invite()
  const { phone, id } = await scanned(gate)
  const form = await (await phone.get(`/s/${id}?form=sign-up`)).text()
  assert.match(form, /name="invitation"/)
  const typed = { account: 'hong', name: '', password: 'password', invitation: code }
  const again = await (await phone.post(`/s/${id}/sign-up`, typed, 'text/html')).text()
  assert.match(again, new RegExp(`name="invitation"[^>]*value="${code}"`))
  const wrong = { ...typed, password, invitation: 'BCDFG-HJKLM' }
  const refused = await (await phone.post(`/s/${id}/sign-up`, wrong, 'text/html')).text()
  assert.match(refused, /id="invitation"[^>]*aria-invalid="true"/)
  const open = await scanned(await startGate(t))
  assert.doesNotMatch(
    await (await open.phone.get(`/s/${open.id}?form=sign-up`)).text(),
    /"invitation"/,
  )
})

test('commands say what is wrong with an invitation, and the log who made and voided it', async t => {
  const { gate, invite, run } = await invitedOnly(t)
  assert.match((await run('invite', '--days', '0')).err, /--days is a number from 1 to 365/)
  assert.match((await run('invite', '--uses', 'x')).err, /--uses is a number from 1 to 10000/)
  assert.match((await run('uninvite', 'BCD')).err, /There is no invitation "BCD"/)
  const code = await invite('--days', '2', '--uses', '5')
  const [listed] = JSON.parse((await run('invitations', '--json')).out)
  assert.equal(listed.name, code.slice(0, 3))
  assert.equal(listed.uses_left, 5)
  assert.equal((await (await scanned(gate)).signUp('hong', code)).status, 200)
  assert.equal((await run('uninvite', code)).code, 0)
  const told = (await wholeLog(gate.app.store)).filter(({ subject, detail }) => {
    return subject === code.slice(0, 3) || detail?.includes(`"invitation":"${code.slice(0, 3)}"`)
  })
  assert.deepEqual(
    told.map(({ event }) => event),
    ['invitation.added', 'account.added', 'invitation.voided'],
  )
})

test('what whoever signed up was shown stands with the account and in the log', async t => {
  const consented = async (settings: Settings) => {
    const gate = await startGate(t, { QRGATE_REGISTRATION: 'open', ...settings })
    gate.holdTime()
    const { signUp } = await scanned(gate)
    assert.equal((await signUp('hong')).status, 200)
    const account = await gate.app.store.accounts.byIdKey('hong')
    assert.ok(account)
    assert.equal(account.consentedAt, account.consentVersion && account.createdAt)
    const added = (await wholeLog(gate.app.store)).find(({ event }) => event === 'account.added')
    assert.ok(added?.detail?.includes(`"consent":"${account.consentVersion}"`))
    return account.consentVersion
  }
  const shown = await consented({})
  assert.ok(shown)
  assert.equal(await consented({}), shown)
  const other = await consented({ QRGATE_SIGN_UP_CONSENT: '이용 약관에 동의합니다.' })
  assert.ok(other)
  assert.notEqual(other, shown)
})

test('where a form says nothing, nothing was agreed to', () => {
  const none = { ko: '', en: '' }
  assert.equal(noticeVersion({ purpose: none, consent: none, privacyUrl: '' }), null)
  assert.ok(noticeVersion({ purpose: none, consent: none, privacyUrl: 'https://gate.example/p' }))
})
