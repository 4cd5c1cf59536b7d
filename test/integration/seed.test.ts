import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { attack } from '../support/attack.ts'
import { stored } from '../support/database.ts'
import { readJwt } from '../support/jwt.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/** Each needs a turn of the event loop of its own, so whatever needs only a few is before the last. */
const manyHashes = 30 * availableParallelism()
const limitless = {
  QRGATE_FAILURES_PER_ACCOUNT: '1000',
  QRGATE_FAILURES_PER_ACCOUNT_DAY: '1000',
  QRGATE_FAILURES_PER_NETWORK: '1000',
  QRGATE_TRIES_PER_SIGN_IN: '1000',
}
const { id: user, password: pwd } = visitor

attack("the seed's whole story works as its README tells it", async gate => {
  const client = new SeedClient(gate.url)
  assert.deepEqual(await (await client.insert(user, pwd)).json(), { success: true })
  assert.deepEqual(await (await client.insert(user, 'another password')).json(), { success: false })

  const started = await fetch(`${gate.url}/api/qr/start`)
  assert.equal(started.headers.get('cache-control'), 'no-store')
  const { token, success } = (await started.json()) as { token: string; success: boolean }
  assert.equal(success, true)
  const { header, payload } = readJwt(token)
  assert.deepEqual(header, { alg: 'HS256', typ: 'JWT' })
  assert.deepEqual(Object.keys(payload), ['uuid', 'exp'])
  assert.match(String(payload.uuid), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

  const screen = client.listen(token)
  assert.equal(await screen.status, 101)
  const answer = await client.auth(token, user, pwd)
  assert.equal(answer.status, 200)
  assert.deepEqual(await answer.json(), { success: true })
  await screen.closed
  assert.deepEqual(screen.heard, ['success'])
})

attack('the seed refuses with 401 and a detail, and malformed bodies with 422', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const spent = await client.start()
  await client.auth(spent, user, pwd)
  const refusals = [
    await client.auth(token, user, 'wrong'),
    await client.auth(token, 'nobody', pwd),
    await client.auth('not-a-token', user, pwd),
    await client.auth(spent, 'nobody', pwd),
  ]
  gate.passTime(300_000)
  refusals.push(await client.auth(token, user, pwd))
  for (const answer of refusals) {
    assert.equal(answer.status, 401)
    const { detail } = (await answer.json()) as { detail: string }
    assert.ok(detail.length > 0)
  }
  const malformed = await fetch(`${gate.url}/api/qr/auth/${await client.start()}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"user":"hong"}',
  })
  assert.equal(malformed.status, 422)
  assert.ok(((await malformed.json()) as { detail: string }).detail)
  assert.equal((await fetch(`${gate.url}/api/test/insert?user_id=hong`)).status, 422)
})

attack('accounts can be added with GET, as the front end of the seed does', async gate => {
  const client = new SeedClient(gate.url)
  assert.deepEqual(await (await client.insert('user_example', 'secure_password', 'GET')).json(), {
    success: true,
  })
  assert.deepEqual(await (await client.insert('USER_EXAMPLE', 'other', 'GET')).json(), {
    success: false,
  })
  const signedIn = await client.auth(await client.start(), 'user_example', 'secure_password')
  assert.equal(signedIn.status, 200)
})

attack('regression: twenty kiosks wait and all twenty can be signed in', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const tokens = await Promise.all(Array.from({ length: 20 }, () => client.start()))
  const screens = tokens.map(token => client.listen(token))
  await Promise.all(screens.map(screen => screen.status))
  for (const token of tokens) assert.equal((await client.auth(token, user, pwd)).status, 200)
  await Promise.all(screens.map(screen => screen.closed))
  assert.deepEqual(
    screens.map(screen => screen.heard.join()),
    tokens.map(() => 'success'),
  )
})

attack('N58: one account signs in with sixty tokens at the same time', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const tokens = await Promise.all(Array.from({ length: 60 }, () => client.start()))
  const answers = await Promise.all(tokens.map(token => client.auth(token, user, pwd)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    tokens.map(() => 200),
  )
  // Wrong ones at the same time are bounded as they are one after the other.
  const others = await Promise.all(Array.from({ length: 40 }, () => client.start()))
  const wrong = await Promise.all(others.map(token => client.auth(token, user, 'wrong')))
  assert.equal(wrong.filter(({ status }) => status === 401).length, 10)
  for (const { status, headers } of wrong) {
    if (status !== 401) assert.ok(status === 429 && Number(headers.get('retry-after')) > 100)
  }
})

attack(
  'S011: regression: a kiosk whose socket comes late, or comes again, still hears it',
  async gate => {
    await addAccount(gate)
    gate.holdTime()
    const client = new SeedClient(gate.url)
    const token = await client.start()
    gate.passTime(299_000)
    assert.equal((await client.auth(token, user, pwd)).status, 200)
    gate.passTime(120_000)
    for (let again = 0; again < 3; again += 1) {
      const screen = client.listen(token)
      await screen.closed
      assert.deepEqual(screen.heard, ['success'])
    }
    gate.passTime(300_000)
    assert.equal(await client.listen(token).status, 401)
  },
)

attack('regression: the ticket of the QR never says who signed in', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const screen = client.listen(token)
  await screen.status
  const answer = await client.auth(token, user, pwd)
  await screen.closed
  assert.deepEqual(screen.heard, ['success'])
  assert.equal(await answer.text(), '{"success":true}')
})

attack(
  'regression: of many accounts at one ticket exactly one succeeds',
  async gate => {
    const accounts = Array.from({ length: 8 }, (_, n) => `visitor-${n}`)
    for (const account of accounts) await addAccount(gate, account)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    const answers = await Promise.all(accounts.map(account => client.auth(token, account, pwd)))
    const statuses = answers.map(answer => answer.status)
    assert.equal(statuses.filter(status => status === 200).length, 1)
    // One sign-in has two passwords checked at a time, and all others are told to come again.
    assert.ok(
      statuses.every(status => [200, 401, 503].includes(status)),
      `${statuses}`,
    )
  },
  { busy: true },
)

attack('regression: a forged token is a 401 with a detail and never a 500', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const forged = [`${token}x`, token.slice(1), 'a.b.c', '...', '{}', '%', 'null', ' ', '가']
  for (const text of forged) {
    const answer = await client.auth(text, user, pwd)
    assert.equal(answer.status, 401, text)
    assert.ok(((await answer.json()) as { detail: string }).detail)
    assert.equal(await client.listen(text).status, 401, text)
  }
})

/** How often the event loop turns meanwhile: so often could somebody else be served. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0
  let over = false
  const turn = () => {
    turns += 1
    if (!over) setImmediate(turn)
  }
  setImmediate(turn)
  await work()
  over = true
  return turns
}

attack(
  'regression: a sign-in holds nobody else up while its password is checked',
  async gate => {
    await addAccount(gate)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    const twenty = (pwd: string) => async () => {
      for (let n = 0; n < 20; n += 1) {
        assert.equal((await client.auth(token, user, pwd)).status, 401)
      }
    }
    // A password that is too long is refused before anything is computed.
    const without = await turnsDuring(twenty('x'.repeat(1_025)))
    const checking = await turnsDuring(twenty('wrong'))
    assert.ok(checking > 5 * without, `${checking} turns, ${without} without a hash`)
  },
  { settings: limitless },
)

attack(
  'regression: an unknown user takes the same turn in the queue as a wrong password',
  async gate => {
    await addAccount(gate)
    const client = new SeedClient(gate.url)
    const token = await client.start()
    for (const id of [user, 'nobody']) {
      const answers = await Promise.all(
        Array.from({ length: manyHashes }, () => client.auth(token, id, 'wrong password')),
      )
      const sentAway = answers.filter(({ status }) => status === 503)
      assert.ok(sentAway.length > 0, `${id} costs no hash`)
      assert.ok(answers.every(({ status }) => status === 503 || status === 401))
    }
  },
  { busy: true, settings: limitless },
)

attack('regression: a wrong password leaves the ticket to whoever comes next', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  for (let n = 0; n < 5; n += 1) assert.equal((await client.auth(token, user, 'wrong')).status, 401)
  assert.deepEqual(stored(gate.dataDir).sign_ins, [])
  assert.equal((await client.auth(token, user, pwd)).status, 200)
  assert.equal((await client.auth(token, user, pwd)).status, 401)
})
