import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { decodeJwt, decodeProtectedHeader, type JWTPayload, SignJWT, UnsecuredJWT } from 'jose'
import { system } from '../../server/src/protocol/log-event.ts'
import { replaceKeys, rotateKeys } from '../../server/src/signing/rotation.ts'
import { freePort, startGate, temporaryFolder } from '../support/gate.ts'
import {
  idTokensAt,
  issuer,
  kidsAt,
  movedClock,
  readAt,
  sealedKeys,
  someone,
} from '../support/id-token-reader.ts'
import { PostgresServer } from '../support/postgres.ts'
import { secretKey } from '../support/production.ts'
import { claimFor, type ToldVisit, toldClients } from '../support/told-clients.ts'

const minute = 60_000

test('two nodes rotate: every token verifies at both from its first to its last second', async t => {
  const clock = movedClock()
  const server = await PostgresServer.start(t)
  const DATABASE_URL = await server.database()
  const start = async () => {
    const PORT = `${await freePort()}`
    const settings = { DATABASE_URL, SECRET_KEY: secretKey, PORT }
    const gate = await startGate(t, settings, 'serve', clock)
    const { sign } = idTokensAt(gate.app.store, sealedKeys(secretKey), clock)
    return { gate, url: gate.url, sign: () => sign(someone) }
  }
  const nodes = await Promise.all([start(), start()])
  const [{ gate }, { url: other }] = nodes
  const { store } = gate.app
  const rotation = {
    records: store.signingKeys,
    sealed: sealedKeys(secretKey),
    clock,
    by: system,
  }
  const shown = () => Promise.all(nodes.map(({ url }) => kidsAt(url)))
  const tokens = () => Promise.all(nodes.map(({ sign }) => sign()))
  const kidsOf = (tokens: string[]) => tokens.map(token => decodeProtectedHeader(token).kid)
  const verify = async (tokens: readonly string[]) => {
    for (const { url } of nodes) {
      const read = readAt(url, clock)
      for (const token of tokens) assert.equal((await read(token)).payload.sub, someone.sub)
    }
  }
  const refuse = async (tokens: readonly string[], code: string) => {
    for (const { url } of nodes) {
      const read = readAt(url, clock)
      for (const token of tokens) await assert.rejects(read(token), { code })
    }
  }

  // They started together, and one has made the key of both.
  const [old = ''] = (await shown())[0] ?? []
  assert.deepEqual(await shown(), [[old], [old]])
  const first = await tokens()
  assert.deepEqual(kidsOf(first), [old, old])
  await verify(first)

  const { id: next } = await rotateKeys(rotation, 60 * minute)
  clock.pass(5_000)
  assert.deepEqual(await shown(), [
    [old, next],
    [old, next],
  ])
  assert.deepEqual(kidsOf(await tokens()), [old, old], 'it is shown well before it signs')

  clock.pass(60 * minute - 10_000)
  const last = await tokens()
  const [client] = await toldClients(gate, ['only-external-id'], 'https://gate.test')
  assert.ok(client)
  clock.pass(10_000)
  const newer = await tokens()
  assert.deepEqual(kidsOf([...last, ...newer]), [old, old, next, next])
  await verify([...last, ...newer])
  await refuse(first, 'ERR_JWT_EXPIRED')

  await t.test(
    'what one node answers a claim, and its repeat, is verified at the other',
    async () => {
      const [{ patient, signIn, client: told }] = client.visits as [ToldVisit]
      const repeat = await claimFor(client.kiosk, signIn, client.credential)
      const again: ToldVisit['client'] = await repeat.json()
      const claimed = [told.id_token, again.id_token]
      assert.deepEqual(kidsOf(claimed), [old, next])
      const read = readAt(other, clock, { audience: client.client })
      for (const token of claimed) {
        const { payload } = await read(token)
        assert.equal(payload.jti, signIn.id)
        assert.equal(payload.sub, client.subOf(patient))
        assert.equal(payload.external_id, patient.externalId)
      }
      await assert.rejects(readAt(other, clock)(again.id_token), { claim: 'aud' })
    },
  )

  clock.pass(5 * minute - 11_000)
  await verify(last)
  clock.pass(5 * minute + 11_000)
  assert.deepEqual(await shown(), [[next], [next]])
  await refuse(last, 'ERR_JWKS_NO_MATCHING_KEY')

  // A leaked key is gone at once.
  const stolen = await tokens()
  await verify(stolen)
  const { id: safe } = await replaceKeys(rotation)
  clock.pass(5_000)
  assert.deepEqual(await shown(), [[safe], [safe]])
  await refuse(stolen, 'ERR_JWKS_NO_MATCHING_KEY')
  const good = await tokens()
  assert.deepEqual(kidsOf(good), [safe, safe])
  await verify(good)
})

test('a token says what was agreed, and only its own client can take it for good', async t => {
  const clock = movedClock()
  const gate = await startGate(t, { SECRET_KEY: secretKey }, 'demo', clock)
  const { sign } = idTokensAt(gate.app.store, sealedKeys(secretKey), clock)
  const claims = { ...someone.claims, sub: 'somebody else', iss: 'evil', aud: 'other', exp: 9e9 }
  const token = await sign({ ...someone, claims })
  const read = readAt(gate.url, clock)
  const { payload, protectedHeader } = await read(token)

  await t.test('every member is there, and no claim takes the place of one', async () => {
    const [kid] = await kidsAt(gate.url)
    assert.deepEqual(protectedHeader, { alg: 'ES256', kid, typ: 'JWT' })
    const { iat = 0, exp, ...told } = payload
    assert.deepEqual(told, {
      iss: issuer,
      aud: 'clinic',
      sub: someone.sub,
      sid: someone.sid,
      jti: someone.sid,
      kiosk: 101,
      auth_time: 1_800_000_000,
      amr: ['pwd'],
      masked_name: '홍*동',
      external_id: null,
    })
    assert.ok(Number.isInteger(iat) && iat <= clock() / 1000)
    assert.equal(exp, iat + 300)
  })

  await t.test('another client, another gate and a late reader refuse it', async () => {
    const code = 'ERR_JWT_CLAIM_VALIDATION_FAILED'
    const other = readAt(gate.url, clock, { audience: 'pharmacy' })
    await assert.rejects(other(token), { code, claim: 'aud' })
    await assert.rejects(read(await sign({ ...someone, audience: 'pharmacy' })), { claim: 'aud' })
    const elsewhere = readAt(gate.url, clock, { issuer: 'https://other.test/oidc' })
    await assert.rejects(elsewhere(token), { code, claim: 'iss' })
    const late = readAt(gate.url, clock, { currentDate: new Date((payload.exp ?? 0) * 1000) })
    await assert.rejects(late(token), { code: 'ERR_JWT_EXPIRED' })
  })

  await t.test('no token is good that somebody else has made of it', async () => {
    const [header = '', body = '', signature = ''] = token.split('.')
    const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
    const changed = encoded({ ...decodeJwt(token), sub: 'somebody else' })
    const failed = { code: 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED' }
    await assert.rejects(read(`${header}.${changed}.${signature}`), failed)
    await assert.rejects(read(`${header}.${body}.${signature.slice(0, -6)}AAAAAA`), failed)

    const unsigned = new UnsecuredJWT(payload).encode()
    await assert.rejects(read(unsigned), { code: 'ERR_JOSE_ALG_NOT_ALLOWED' })
    const jwks = await (await fetch(`${gate.url}/oidc/jwks`)).text()
    const [jwk] = (JSON.parse(jwks) as { keys: object[] }).keys
    const { kid = '' } = protectedHeader
    for (const secret of [jwks, JSON.stringify(jwk)]) {
      const mac = await hmacSigned(payload, kid, secret)
      await assert.rejects(read(mac), { code: 'ERR_JOSE_ALG_NOT_ALLOWED' })
      const careless = readAt(gate.url, clock, { algorithms: ['HS256', 'ES256'] })
      await assert.rejects(careless(mac), { code: 'ERR_JOSE_NOT_SUPPORTED' })
    }
  })
})

function hmacSigned(payload: JWTPayload, kid: string, secret: string): Promise<string> {
  const jwt = new SignJWT(payload).setProtectedHeader({ alg: 'HS256', kid })
  return jwt.sign(new TextEncoder().encode(secret))
}

test('the keys are shown to everybody, without anything that is not public', async t => {
  const { url } = await startGate(t, { SECRET_KEY: secretKey })
  const answer = await fetch(`${url}/oidc/jwks`)
  assert.equal(answer.status, 200)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/jwk-set\+json\b/)
  assert.equal(answer.headers.get('cache-control'), 'public, max-age=300')
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  const { keys, ...more } = (await answer.json()) as { keys: Record<string, string>[] }
  assert.deepEqual([keys.length, more], [1, {}])
  const { x, y, kid, ...named } = keys[0] ?? {}
  assert.deepEqual(named, { kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' })
  for (const member of [x, y, kid]) assert.match(member ?? '', /^[\w-]{43}$/)
})

test('the ten lines of the docs verify a token', async t => {
  const clock = movedClock()
  const gate = await startGate(t, { SECRET_KEY: secretKey }, 'demo', clock)
  const { sign } = idTokensAt(gate.app.store, sealedKeys(secretKey), clock)
  const docs = readFileSync(new URL('../../docs/id-token.md', import.meta.url), 'utf8')
  const [, snippet = ''] = /```js\n([\s\S]*?)```/.exec(docs) ?? []
  assert.ok(snippet.includes('https://gate.example.org'))
  const source = snippet
    .replace("from 'jose'", `from '${import.meta.resolve('jose')}'`)
    .replace('https://gate.example.org/oidc/jwks', `${gate.url}/oidc/jwks`)
    .replaceAll('https://gate.example.org/oidc', issuer)
  const file = join(temporaryFolder(t), 'visitor.mjs')
  writeFileSync(file, source)
  const { visitorOf } = await import(file)
  assert.deepEqual(await visitorOf(await sign(someone)), {
    sub: someone.sub,
    kiosk: 101,
    patient: null,
  })
  await assert.rejects(visitorOf(await sign({ ...someone, audience: 'pharmacy' })))
})
