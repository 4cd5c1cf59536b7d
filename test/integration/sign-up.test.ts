import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { type Gate, type Settings, startGate, temporaryFolder } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'

const password = 'correct horse battery'

/** A gate with a database that commands find too. */
async function withCommands(t: TestContext, settings: Settings) {
  const folder = temporaryFolder(t)
  const all = { DATABASE_URL: `sqlite:${folder}/gate.sqlite`, ...settings }
  const gate = await startGate(t, all)
  const run = (...args: string[]) => qrgate(args, { ...all, QRGATE_DATA_DIR: folder }, folder)
  return { gate, databaseUrl: all.DATABASE_URL, run }
}

/** A gate where whoever was invited may sign up, and its commands. */
async function invitedOnly(t: TestContext) {
  const { gate, run: command } = await withCommands(t, { QRGATE_REGISTRATION: 'invitation' })
  const run = (...args: string[]) => command('account', ...args)
  const invite = async (...args: string[]) => {
    const { code, out, err } = await run('invite', ...args)
    assert.equal(code, 0, err)
    const [shown = ''] = /[A-Z]{5}-[A-Z]{5}/.exec(out) ?? []
    return shown
  }
  return { gate, run, invite }
}

/** A gate where anybody may sign up, and the command that says what they are told. */
async function site(t: TestContext) {
  const settings = { QRGATE_REGISTRATION: 'open' }
  const { gate, databaseUrl, run: command } = await withCommands(t, settings)
  return { gate, databaseUrl, run: (...args: string[]) => command('site', 'notice', ...args) }
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

test('N14: its link fills the code in on that phone, until it has been used', async t => {
  const { gate, invite, run } = await invitedOnly(t)
  const code = await invite('--uses', '2')
  const phone = new Phone(gate.url)
  const kept = () => /qrgate-invitation=\w/.test(phone.cookies)
  const page = await phone.get(`/invited/${code.toLowerCase().replace('-', '')}`)
  assert.equal(page.status, 200)
  assert.ok((await page.text()).includes(`<strong>${code}</strong>`))
  // Whoever sends it may have looked at it, and so may a messenger.
  await fetch(`${gate.url}/invited/${code}`)
  assert.match((await run('invitations')).out, / 2 left /)

  const { id } = await phone.scan((await new Kiosk(gate.url).start()).frame.url)
  const form = await (await phone.get(`/s/${id}?form=sign-up`)).text()
  assert.match(form, new RegExp(`name="invitation"[^>]*value="${code}"`))
  const fields = { account: 'hong', name: '홍길동', password, invitation: code }
  assert.equal((await phone.post(`/s/${id}/sign-up`, fields)).status, 200)
  assert.equal(kept(), false)

  // One that is good no more is not filled in again and again.
  await run('uninvite', code)
  await phone.get(`/invited/${code}`)
  assert.ok(kept())
  const next = await phone.scan((await new Kiosk(gate.url).start()).frame.url)
  const again = await phone.post(`/s/${next.id}/sign-up`, { ...fields, account: 'kim' })
  assert.equal(await codeOf(again), 'invitation_wrong')
  assert.equal(kept(), false)
})

test('what is no invitation’s link, or one where nobody may sign up, leads nowhere', async t => {
  const { gate, run } = await invitedOnly(t)
  assert.match((await run('invite')).out, /^ {2}http\S+\/invited\/[A-Z]{5}-[A-Z]{5}$/m)
  for (const code of ['', '/BCDFG', '/BCDFG-HJKL1', `/${'x'.repeat(65)}`]) {
    const answer = await new Phone(gate.url).get(`/invited${code}`)
    assert.ok([400, 410].includes(answer.status), code)
    assert.equal(answer.headers.getSetCookie().join().includes('qrgate-invitation'), false)
  }
  const closed = await startGate(t, { QRGATE_REGISTRATION: 'closed' })
  assert.equal((await new Phone(closed.url).get('/invited/BCDFG-HJKLM')).status, 403)
})

test('a code that was typed comes through another language, another form and more time', async t => {
  const { gate } = await invitedOnly(t)
  const phone = new Phone(gate.url)
  await phone.get('/invited/BCDFG-HJKLM')
  const { id } = await phone.scan((await new Kiosk(gate.url).start()).frame.url)
  const typed = { account: 'hong', name: '홍길동', invitation: 'mnpqr stvwx', next: 'sign-up' }
  for (const path of ['scan?lang=en', 'scan', 'extend']) {
    const { headers } = await phone.post(`/s/${id}/${path}`, typed, 'text/html')
    const form = await (await phone.get(headers.get('location') ?? '')).text()
    assert.match(form, /name="invitation"[^>]*value="mnpqr stvwx"/, path)
  }
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

/** A form in a browser, with the version of the notice on it. */
async function formOf({ phone, id }: Awaited<ReturnType<typeof scanned>>) {
  const page = await (await phone.get(`/s/${id}?form=sign-up`)).text()
  const [, notice] = /name="notice" value="([\w-]{16})"/.exec(page) ?? []
  const [, shown = ''] = /<p class="notice">(.*?)<\/p>/s.exec(page) ?? []
  const submit = (account: string, accept?: string) => {
    const fields = { account, name: '홍길동', password, ...(notice !== undefined && { notice }) }
    return phone.post(`/s/${id}/sign-up`, fields, accept)
  }
  return { page, notice, shown, submit }
}

async function consentOf({ app: { store } }: Gate, id: string) {
  const account = (await store.accounts.byIdKey(id)) ?? assert.fail()
  assert.equal(account.consentedAt, account.consentVersion && account.createdAt)
  const added = (await wholeLog(store)).find(
    ({ event, subject }) => event === 'account.added' && subject === account.key,
  )
  const logged = JSON.parse(added?.detail ?? '{}').consent ?? null
  assert.equal(logged, account.consentVersion)
  return account.consentVersion
}

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

test('doctor says which notice people read, and which settings they do not', async t => {
  const { databaseUrl: DATABASE_URL, run } = await site(t)
  const folder = temporaryFolder(t)
  const aboutNotice = async (settings: Record<string, string>) => {
    const all = { QRGATE_DATA_DIR: folder, PUBLIC_URL: 'http://127.0.0.1:1', DATABASE_URL }
    const asked = { ...all, QRGATE_REGISTRATION: 'open', ...settings }
    const { out } = await qrgate(['doctor'], asked, folder)
    return out.split('\n').filter(line => / notice /.test(line))
  }
  const [warning = '', ...others] = await aboutNotice({})
  assert.match(warning, /^warn .*no privacy notice is linked; set QRGATE_PRIVACY_URL$/)
  assert.deepEqual(others, [])
  const QRGATE_PRIVACY_URL = 'https://clinic.example/privacy'
  assert.deepEqual(await aboutNotice({ QRGATE_PRIVACY_URL }), [])
  assert.deepEqual(await aboutNotice({ QRGATE_REGISTRATION: 'closed' }), [])
  const file = join(folder, 'notice.json')
  writeFileSync(file, '{"privacy_url": "https://clinic.example/new"}')
  assert.equal((await run(file)).code, 0)
  const [ok = '', unused = ''] = await aboutNotice({ QRGATE_PRIVACY_URL })
  assert.match(ok, /^ok .*reads an operator's notice; `qrgate site notice` changes it/)
  assert.match(unused, /^warn .*QRGATE_PRIVACY_URL is shown to nobody$/)
})

test('the command refuses what is no notice, and says so', async t => {
  const { run } = await site(t)
  const file = join(temporaryFolder(t), 'notice.json')
  writeFileSync(file, '{"purpose": "x"}')
  assert.match((await run(file)).err, /`purpose` must be/)
  assert.match((await run(`${file}.none`)).err, /there is no such file/)
  assert.match((await run('--agreed', 'never')).err, /Nobody has agreed to a notice "never" here/)
  assert.match((await run(file, '--settings')).err, /one at a time/)
})
