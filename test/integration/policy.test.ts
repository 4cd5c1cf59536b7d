import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type KioskView, paths, usualPolicy } from '@qrgate/sdk/protocol'
import { qrgate } from '../support/command.ts'
import { enrol } from '../support/enrol.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'

/** Runs the command beside a gate. */
const beside =
  ({ dataDir }: Gate) =>
  (args: string[], input?: string) =>
    qrgate(['kiosk', 'policy', ...args], { QRGATE_DATA_DIR: dataDir }, dataDir, input)

async function viewOf({ url }: Gate, credential: string): Promise<KioskView> {
  const headers = { cookie: `qrgate-kiosk=${credential}` }
  return (await (await fetch(url + paths.kiosk, { headers })).json()) as KioskView
}

test('S079: a policy that is set on one machine is told to the pages at every node, and binds them all', async t => {
  const own = await startGate(t)
  const other = await startGate(t, { QRGATE_DATA_DIR: own.dataDir })
  const policy = beside(own)
  const { number, credential } = await enrol(own)
  const bystander = await enrol(own)
  const open = async ({ url }: Gate, credential: string) => {
    const page = await KioskSocket.openPage(url, credential)
    page.say({ type: 'hello' })
    const hello = await page.until(({ type }) => type === 'hello')
    assert.deepEqual(hello, { type: 'hello', policy: usualPolicy })
    return page
  }
  const pages = await Promise.all([own, other].map(gate => open(gate, credential)))
  const bystanders = await open(other, bystander.credential)
  // Both nodes know the kiosk by now and would go on believing in it.
  const at = new Kiosk(other.url, credential)
  const signIns = [await at.start(), await at.start()] as const
  const phones = [new Phone(other.url), new Phone(other.url)] as const
  for (const [n, phone] of phones.entries()) await phone.scan(signIns[n]?.frame.url ?? '')

  const idle_title = { ko: '<b>어서 오세요</b>', en: '<b>Welcome</b>' }
  const document = { reader: 1, languages: ['en'], texts: { idle_title }, methods: ['password'] }
  const set = await policy([`${number}`, '-'], `\ufeff${JSON.stringify({ ...document, own: [] })}`)
  assert.deepEqual([set.code, set.err], [0, ''])
  assert.match(set.out, /has a new policy, version 1\./)
  const shown = { ...usualPolicy, version: 1, languages: ['en'], texts: { idle_title } }
  for (const page of pages) {
    const told = await page.until(({ type }) => type === 'policy')
    assert.deepEqual(told, { type: 'policy', policy: shown })
  }
  for (const gate of [own, other]) {
    assert.deepEqual((await viewOf(gate, credential)).policy, shown)
  }
  assert.deepEqual((await viewOf(other, bystander.credential)).policy, usualPolicy)
  assert.equal(bystanders.heard.length, 1)

  const form = async (path: string) => (await phones[0].get(path)).text()
  assert.doesNotMatch(await form(`/s/${signIns[0].id}`), /[/=]sign-up"/)
  assert.doesNotMatch(await form(`/s/${signIns[0].id}?form=sign-up`), /[/=]sign-up"/)
  const password = 'correct horse battery'
  const signUp = await phones[0].signUp(signIns[0].id, 'gildong', '홍길동', password)
  assert.equal(signUp.status, 403)
  assert.match(await signUp.text(), /"code":"method_not_allowed"/)
  const elsewhere = await new Kiosk(other.url, bystander.credential).start()
  const phone = new Phone(other.url)
  await phone.scan(elsewhere.frame.url)
  assert.equal((await phone.signUp(elsewhere.id, 'gildong', '홍길동', password)).status, 200)
  assert.equal((await phones[1].signIn(signIns[1].id, 'gildong', password)).status, 200)

  const { out } = await policy([`${number}`])
  assert.deepEqual(JSON.parse(out), { ...document, own: [] })
  const { version: _, ...rest } = shown
  const effective = await policy([`${number}`, '--effective'])
  assert.deepEqual(JSON.parse(effective.out), { reader: 1, ...rest, methods: ['password'] })
  for (const page of [...pages, bystanders]) page.cut()
})

test('a policy that is none is refused in sentences, and the one before it stands', async t => {
  const gate = await startGate(t)
  const policy = beside(gate)
  const { number } = await enrol(gate)
  const refused = async (args: string[], input: string, sentences: RegExp) => {
    const { code, out, err } = await policy(args, input)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, /^qrgate: /)
    assert.match(err, sentences)
    assert.doesNotMatch(err, /\bat .*:\d+/, 'no stack')
  }
  const wrong = '{"reader":1,"start":"now","timings":{"done_seconds":1}}'
  await Promise.all([
    refused([`${number}`, '-'], wrong, /`start` must be .*\.\n`timings.done_seconds` must be .*\./),
    refused([`${number}`, '/nowhere/p.json'], '', /cannot be read: there is no such file/),
    refused(['4000', '-'], '{"reader":1}', /There is no kiosk 4000/),
    refused(['x'], '', /There is no kiosk x/),
  ])
  const { out } = await policy([`${number}`])
  assert.deepEqual(JSON.parse(out), { reader: 1 })
})

test('a policy of a newer gate is printed as it is, and said to let nobody in', async t => {
  const gate = await startGate(t)
  const policy = beside(gate)
  const rows = ['{"version":4,"document":{"reader":2,"later":[]}}', '{"version":4,"docum']
  const [newer, damaged] = await Promise.all(
    rows.map(async text => {
      const { number } = await enrol(gate)
      await gate.app.store.kiosks.update(number, old => {
        if (!old) throw new Error('it is enrolled')
        return { next: { ...old, policy: text }, events: [], quiet: true }
      })
      return `${number}`
    }),
  )
  const [asSet, effective, broken] = await Promise.all([
    policy([`${newer}`]),
    policy([`${newer}`, '--effective']),
    policy([`${damaged}`]),
  ])
  assert.deepEqual(JSON.parse(asSet.out), { reader: 2, later: [] })
  assert.match(asSet.err, /does not understand: nobody can sign in there/)
  assert.deepEqual(JSON.parse(effective.out).methods, [])
  assert.equal(broken.code, 1)
  assert.match(broken.err, /qrgate: The policy of this kiosk is damaged/)
})
