import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { wholeLog } from '../conformance/rows.ts'
import { qrgate } from '../support/command.ts'
import { temporaryFolder } from '../support/gate.ts'
import { invitedOnly, scanned, site } from '../support/sign-up.ts'

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
