import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ClientView } from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { createClients } from '../../server/src/clients/clients.ts'
import { deriveKeyring } from '../../server/src/protocol/keyring.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { sealedTexts } from '../../server/src/protocol/sealed-text.ts'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { qrgate } from '../support/command.ts'
import { startGate, temporaryFolder } from '../support/gate.ts'

const SECRET_KEY = 'a secret key that only this test uses: 32 bytes and more'

test('an operator adds, changes, rotates and removes a client while the gate runs', async t => {
  const gate = await startGate(t, {
    QRGATE_TIME_ZONE: 'Asia/Seoul',
    QRGATE_OPENING_HOURS: 'Mon-Tue 09:00-12:30 13:30-24:00',
  })
  const env = { SECRET_KEY, QRGATE_DATA_DIR: gate.dataDir }
  const run = async (...args: string[]) => {
    const { code, out, err } = await qrgate(args, env, gate.dataDir)
    assert.equal(code, 0, err)
    return out
  }
  const self = async (credential: string) => {
    const headers = { authorization: `Bearer ${credential}` }
    const answer = await fetch(gate.url + paths.client, { headers })
    return answer.status === 200 ? ((await answer.json()) as ClientView) : answer.status
  }
  const credentialIn = (out: string) => /Bearer ([\w-]{43})\n/.exec(out)?.[1] ?? ''

  const claims = ['--claims', 'external_id, masked_name', '--name-en', 'Seoul Clinic']
  const added = await run('client', 'add', 'clinic', '서울내과', ...claims)
  assert.match(added, /\n {2}whsec_[\w+/]{43}=\n/)
  const first = credentialIn(added)
  const view = {
    id: 'clinic',
    name: { ko: '서울내과', en: 'Seoul Clinic' },
    claims: ['masked_name', 'external_id'],
    kiosks: [],
    services: [],
    site: {
      name: { ko: '서울내과의원', en: 'Seoul Clinic' },
      time_zone: 'Asia/Seoul',
      hours: [
        { days: ['mon', 'tue'], from: '09:00', to: '12:30' },
        { days: ['mon', 'tue'], from: '13:30', to: '24:00' },
      ],
    },
  }
  assert.deepEqual(await self(first), view)

  await run('kiosk', 'add', '1층 접수', '--client', 'clinic')
  await run('kiosk', 'add', '2층 접수', '--backend')
  const set = await run('kiosk', 'set', '101', '--client', 'clinic', '--name', '2층 수납')
  assert.match(set, /^Kiosk 101 is 2층 수납 \(2층 수납\)\.\nIts client is clinic\.\n$/)
  await run('kiosk', 'set', '100', '--client', 'none')
  assert.deepEqual(await run('kiosk', 'list').then(out => out.split('\n')), [
    '   100  invited    -       1층 접수',
    '   101  enrolled   clinic  2층 수납',
    '',
  ])

  const endpoint = 'http://reception/hooks'
  const moved = await run('client', 'set', 'clinic', '--claims', 'sub,name', '--endpoint', endpoint)
  // Whoever writes such an address down would look for the fault for long.
  assert.match(
    moved,
    /^Nothing is sent to .*: it is http, and reception:80 is not in QRGATE_WEBHOOK_HOSTS\.$/m,
  )
  const kiosks = [{ number: 101, name: { ko: '2층 수납', en: '2층 수납' } }]
  const now = { ...view, claims: ['name'], endpoint, kiosks }
  assert.deepEqual(await self(first), now)

  const foreign = await qrgate(
    ['client', 'rotate', 'clinic'],
    { ...env, SECRET_KEY: [...SECRET_KEY].reverse().join('') },
    gate.dataDir,
  )
  assert.deepEqual([foreign.code, foreign.out], [1, ''])
  assert.match(foreign.err, /^qrgate: SECRET_KEY is missing, or not the gate's/)
  const rotated = await run('client', 'rotate', 'clinic', '--credential')
  assert.match(rotated, /those before are good until \d{4}-/)
  assert.ok(!rotated.includes('whsec_'))
  const second = credentialIn(rotated)
  assert.deepEqual([await self(first), await self(second)], [now, now])
  const shown = await run('client', 'show', 'clinic')
  assert.match(shown, /^claims {7}sub, name$/m)
  assert.match(shown, /^kiosks {7}101 2층 수납$/m)
  assert.match(shown, /^credential {3}two; the older one until \d{4}-/m)
  assert.match(shown, /^secret {7}one$/m)
  assert.match(shown, /^webhooks {5}on$/m)
  assert.match(shown, /^services {5}none$/m)
  assert.match(shown, /^staff calls {2}off$/m)
  const calls = await run('client', 'set', 'clinic', '--staff-calls', 'on')
  assert.match(calls, /^Calls for staff are on\.$/m)
  assert.match(await run('client', 'show', 'clinic'), /^staff calls {2}on$/m)

  const third = credentialIn(await run('client', 'rotate', 'clinic', '--now'))
  assert.deepEqual([await self(second), await self(third)], [401, now])
  assert.match(await run('client', 'remove', 'clinic'), /Without a client from now on: kiosk 101\./)
  assert.equal(await self(third), 401)
  assert.equal(await run('client', 'list'), 'clinic  removed  서울내과\n')
  assert.match(await run('kiosk', 'list'), /^ +101 {2}enrolled {3}- {2}2층 수납$/m)
})

test('what cannot be is said in one sentence, and nothing has changed', async t => {
  const folder = temporaryFolder(t)
  const store = await openSqliteStore(join(folder, 'qrgate.sqlite'))
  t.after(() => store.close())
  const env = { SECRET_KEY, QRGATE_DATA_DIR: folder }
  const wrong: Record<string, RegExp> = {
    'client add Clinic 서울내과': /^qrgate: A client id has 1 to 63 lowercase letters/,
    'client add clinic 서울내과 --claims name,age':
      /^qrgate: "age" is no claim; there are masked_name/,
    'client show clinic': /^qrgate: There is no client "clinic"\.\n$/,
    'client add clinic 서울내과 --claims sub,age': /^qrgate: "age" is no claim/,
    'client set clinic --claims name': /^qrgate: There is no client "clinic"\.\n$/,
    'client set clinic': /^qrgate: Say what to change/,
    'client set clinic --staff-calls yes': /^qrgate: --staff-calls is on or off\.\n$/,
    'client set clinic --webhooks off': /^qrgate: --webhooks is on; to send nothing, take the endp/,
    'client set clinic --webhooks on': /^qrgate: There is no client "clinic"\.\n$/,
    'client services clinic': /^qrgate: There is no client "clinic"\.\n$/,
    'delivery list --client clinic': /^qrgate: There is no client "clinic"\.\n$/,
    'delivery list --open --failed': /^qrgate: Either --open or --failed, please\.\n$/,
    'delivery list --limit 0': /^qrgate: --limit must be a whole number from 1 to 999999\.\n$/,
    'delivery resend evt-1-0': /^qrgate: There is no delivery "evt-1-0"\.\n$/,
    'client remove clinic': /^qrgate: There is no client "clinic"\.\n$/,
    'kiosk add 접수 --client clinic': /^qrgate: There is no client "clinic"\.\n$/,
    'kiosk set 100 --name 접수': /^qrgate: There is no kiosk 100\.\n$/,
  }
  await Promise.all(
    Object.entries(wrong).map(async ([words, sentence]) => {
      const { code, out, err } = await qrgate(words.split(' '), env, folder)
      assert.deepEqual([code, out], [1, ''], words)
      assert.match(err, sentence, words)
    }),
  )
  const keyless = await qrgate(['client', 'add', 'a', 'b'], { QRGATE_DATA_DIR: folder }, folder)
  assert.equal(keyless.code, 1)
  assert.match(
    keyless.err,
    /^qrgate: SECRET_KEY is missing: what the gate must keep secret is sealed/,
  )
  assert.deepEqual([await store.clients.all(), await store.kiosks.all()], [[], []])
})

test('show and doctor tell of a webhook secret whose key is gone', async t => {
  const folder = temporaryFolder(t)
  const env = { QRGATE_DATA_DIR: folder, PUBLIC_URL: 'http://127.0.0.1:1' }
  const run = async (key: string, ...args: string[]) => {
    return (await qrgate(args, { ...env, SECRET_KEY: key }, folder)).out
  }
  await run(SECRET_KEY, 'migrate')
  await run(SECRET_KEY, 'client', 'add', 'clinic', '서울내과')
  const other = 'quite another key than the one before: WmZkQ9x!'
  const [show, doctor, well] = await Promise.all([
    run(other, 'client', 'show', 'clinic'),
    run(other, 'doctor'),
    run(SECRET_KEY, 'doctor'),
  ])
  assert.match(show, /^secret {7}nothing can be signed: no SECRET_KEY that is set here opens/m)
  assert.match(
    doctor,
    /^fail {2}clients {3}no key in .* opens the webhook secret of clinic; bring/m,
  )
  assert.match(well, /^ok {4}clients {3}the webhook secrets of all 1 can be opened$/m)
})

test('a gate seals anew what an accepted key has sealed, and warns of what none opens', async t => {
  const folder = temporaryFolder(t)
  const store = await openSqliteStore(join(folder, 'qrgate.sqlite'))
  t.after(() => store.close())
  const under = (key: string) => {
    const sealed = sealedTexts(deriveKeyring([key], 'webhook secret'), randomBytes)
    const clock = () => 1_800_000_000_000
    return createClients({ records: store.clients, sealed, clock, randomBytes })
  }
  const name = { ko: '서울내과', en: 'Seoul Clinic' }
  const keys = {
    kept: 'an older secret key that is still accepted',
    lost: 'a secret key that is gone',
  }
  for (const [id, key] of Object.entries(keys)) {
    await under(key).add({ id, name, claims: [], endpoint: null }, system)
  }
  const settings = { SECRET_KEY, SECRET_KEYS_ACCEPTED: keys.kept, QRGATE_DATA_DIR: folder }
  const gate = await startGate(t, settings)
  const kept = await store.clients.byId('kept')
  assert.ok(kept && under(SECRET_KEY).canSign(kept))
  const warnings = gate
    .log()
    .split('\n')
    .filter(line => line.includes('webhook'))
  assert.deepEqual(
    warnings.map(line => JSON.parse(line).clients),
    [['lost']],
  )
})
