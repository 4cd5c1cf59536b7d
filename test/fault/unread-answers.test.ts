import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { hash } from '@node-rs/argon2'
import { hashCost } from '../../server/src/accounts/password-hash.ts'
import { openPostgresStore } from '../../server/src/store/sql/postgres.ts'
import { failAt } from '../patches/failpoints.ts'
import { patchedBy } from '../patches/patched-process.ts'
import { GateProcess } from '../support/gate-process.ts'
import { addServedClient } from '../support/hand-off-gate.ts'
import { Network } from '../support/network.ts'
import { unlessBusy, until } from '../support/patience.ts'
import { Phone } from '../support/phone.ts'
import { PostgresServer } from '../support/postgres.ts'
import { password, secretKey } from '../support/production.ts'
import { Receiver } from '../support/receiver.ts'
import { addAccountsTo } from '../support/stored.ts'
import { agreementOn } from '../support/told-clients.ts'

const origin = 'https://gate.test'

test('N82: whoever took a step whose answer cannot be read any more is not told that nothing was done', async t => {
  const postgres = await PostgresServer.start(t)
  const databaseUrl = await postgres.gateDatabase()
  const network = await Network.before(t, postgres.port)
  const receiver = await Receiver.start(t)
  const gate = await GateProcess.start(
    t,
    {
      SECRET_KEY: secretKey,
      PUBLIC_URL: origin,
      DATABASE_URL: network.address(databaseUrl),
      QRGATE_WEBHOOK_HOSTS: receiver.host,
      ...patchedBy('after-notify'),
      ...failAt('after-notify', 'freeze'),
    },
    'serve',
  )
  const store = await openPostgresStore(databaseUrl)
  t.after(() => store.close())
  const passwordHash = await hash(password, hashCost)
  await addAccountsTo(store, [{ id: 'visitor', name: '홍길동', passwordHash }])
  const at = { url: gate.url, app: { store } }
  const { kiosk } = await addServedClient(at, receiver, { secretKey })

  /** The step is stored and told; then nothing that its answer needs comes from the database. */
  const unread = async (what: string, ask: () => Promise<Response>) => {
    const asked = ask()
    await until(`${what} is stored`, () => isStopped(gate))
    network.blackHole()
    gate.thaw()
    const answer = await asked
    const { code } = (await answer.json()) as { code: string }
    assert.deepEqual([answer.status, code], [503, 'outcome_unknown'], what)
    assert.ok(answer.headers.get('retry-after'))
    network.forget()
    network.heal()
    const again = await unlessBusy(ask)
    assert.equal(again.status, 200, `${what}: ${await again.text()}`)
  }

  const signIn = await kiosk.start()
  const phone = new Phone(gate.url, { origin })
  const { page, receipt } = await phone.open(await kiosk.frame(signIn))
  const fields = { account: 'visitor', password, receipt, agreement: agreementOn(page) }
  const form = (name: string, fields: Record<string, string>) => () =>
    phone.post(`/s/${signIn.id}/${name}`, fields)

  await unread('a scan', form('scan', { receipt }))
  await unread('an approval', form('sign-in', fields))
  await unread('a claim with its hand-off', () => kiosk.claim(signIn))
  await unread('the end of a visit', form('end', {}))
})

/** Whether it stands at its failpoint (proc_pid_stat(5)). */
function isStopped({ pid }: GateProcess): boolean {
  return / T /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
