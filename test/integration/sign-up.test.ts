import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startGate } from '../support/gate.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { codeOf, invitedOnly, password, scanned } from '../support/sign-up.ts'

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
  const other = { ...fields, account: 'kim', invitation: 'BCDFG-HJKLM' }
  assert.equal(await codeOf(await phone.post(`/s/${next.id}/sign-up`, other)), 'invitation_wrong')
  assert.ok(kept())
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
