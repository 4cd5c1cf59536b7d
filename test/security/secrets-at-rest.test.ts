import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { paths } from '@qrgate/sdk/protocol'
import { createClock } from '../../server/src/clock.ts'
import { rotateKeys } from '../../server/src/signing/rotation.ts'
import { attack } from '../support/attack.ts'
import type { Gate } from '../support/gate.ts'
import { sealedKeys } from '../support/id-token-reader.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { secretKey } from '../support/production.ts'
import { exchange, request } from '../support/raw-http.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, scannedSignIn, visitor } from '../support/visitor.ts'

/** Every byte that the gate has written anywhere, its own key file left out. */
function everythingWritten({ dataDir, log }: Gate): string {
  const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' })
  return log() + files.map(name => readFileSync(join(dataDir, name), 'latin1')).join('\n')
}

attack('S130 a whole sign-in leaves no secret in a log or a file', async gate => {
  const canary = 'canary-password-7f3a9c51'
  const { url } = gate
  const enrol = await fetch(url + paths.kioskEnrol, { method: 'POST', headers: { origin: url } })
  const credential = enrol.headers.getSetCookie()[0]?.split(/[=;]/)[1] ?? ''
  const kiosk = new Kiosk(url)
  const signIn = await kiosk.start()
  const socket = await kiosk.watch(signIn)
  const phone = new Phone(url)
  const { id, receipt } = await phone.open(signIn.frame.url)
  await phone.post(`/s/${id}/scan`, { receipt })
  await phone.signUp(id, 'canary', '', 'short')
  await phone.signIn(id, 'canary', canary)
  await phone.signUp(id, 'canary', '카나리아', canary)
  await socket.state(id, 'approved')
  await kiosk.claimed(signIn)
  await kiosk.claim({ ...signIn, kiosk_secret: `${signIn.kiosk_secret.slice(0, -1)}x` })
  await fetch(`${url}/q/${signIn.frame.url.slice(-53)}?kiosk_secret=${signIn.kiosk_secret}`)
  socket.sayRaw(`{"kiosk_secret":"${signIn.kiosk_secret}"`)
  await socket.closed

  const client = new SeedClient(url)
  const token = await client.start()
  const screen = client.listen(token)
  await client.auth(token, 'canary', `${canary}-wrong`)
  await client.auth(`${token}x`, 'canary', canary)
  await client.auth(token, 'canary', canary)
  await screen.closed

  const phoneKey = phone.cookies.split('=')[1] ?? ''
  const secrets = {
    password: canary,
    'kiosk secret': signIn.kiosk_secret,
    'kiosk credential': credential,
    'phone key': phoneKey,
    receipt,
    ticket: signIn.frame.url.slice(-53),
    JWT: token,
    "JWT's signature": token.split('.')[2] ?? '',
  }
  const written = everythingWritten(gate)
  for (const [name, secret] of Object.entries(secrets)) {
    assert.ok(secret.length >= 20, `${name} is known to this test`)
    assert.ok(!written.includes(secret), `the ${name} was written`)
  }
  assert.ok(written.includes(id) && written.includes('$argon2id$'), 'the files were read')
})

const findNoSigningKey = async (gate: Gate) => {
  const { signingKeys } = gate.app.store
  const by = { kind: 'operator', id: 'shell:kim' } as const
  const sealed = sealedKeys(secretKey)
  await rotateKeys({ records: signingKeys, sealed, clock: createClock(), by }, 3_600_000)
  const keys = await signingKeys.all()
  assert.equal(keys.length, 2)
  gate.passTime(1_000)
  const written = everythingWritten(gate)
  const shown = await (await fetch(`${gate.url}/oidc/jwks`)).text()
  for (const { id, publicKey, privateKey } of keys) {
    const { d = '', x } = JSON.parse(sealed.open(`signing key ${id}`, privateKey) ?? '{}')
    assert.match(d, /^[\w-]{43}$/, 'the key is known to this test')
    assert.equal(JSON.parse(publicKey).x, x)
    const bytes = Buffer.from(d, 'base64url')
    for (const form of [
      d,
      bytes.toString('base64'),
      bytes.toString('hex'),
      bytes.toString('latin1'),
    ]) {
      assert.ok(!written.includes(form) && !shown.includes(form), 'the private key was written')
    }
    assert.ok(written.includes(x) && shown.includes(x), 'what is public was read')
  }
}

attack('S130 no key that signs ID tokens is written where it can be read', findNoSigningKey, {
  settings: { SECRET_KEY: secretKey },
})

attack(
  'S131 whatever is sent, one event is one line of JSON and ends where it ends',
  async gate => {
    await addAccount(gate)
    const { phone, id } = await scannedSignIn(gate)
    const evil = '\r\n{"level":60,"msg":"forged"}\n\u001b[2J\u001b]0;title\u0007\u202e"}\u2028'
    await phone.signIn(id, `hong${evil}`, `wrong${evil}`)
    await phone.signUp(id, `hong${evil}`, evil, visitor.password)
    await new Phone(gate.url).get(`/q/${encodeURIComponent(evil)}`)
    await new SeedClient(gate.url).auth(`x${evil}`, evil, evil)
    const agent = { 'user-agent': 'a\u001b[31m"}{"level":60,"msg":"forged"}' }
    await exchange(gate.url, request(gate.url, `GET /${encodeURIComponent(evil)}`, agent))
    await exchange(gate.url, `GET /\u001b[31mforged HTTP/1.1\r\n\r\n`)
    const log = gate.log()
    assert.ok(!log.includes('forged'))
    assert.doesNotMatch(log.replaceAll('\n', ''), /[\p{Cc}\u2028\u202e]/u)
    for (const line of log.split('\n').filter(Boolean)) assert.ok(JSON.parse(line).level < 50)
  },
)
