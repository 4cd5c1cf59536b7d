import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { attack } from '../support/attack.ts'
import { stored } from '../support/database.ts'
import { type Gate, startGate } from '../support/gate.ts'
import { inBatches } from '../support/in-batches.ts'
import { jwt, readJwt, sign } from '../support/jwt.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, visitor } from '../support/visitor.ts'

/** Every door that a ticket opens: the seed's sign-in, the seed's socket, and the QR's address. */
async function assertNoDoorOpens(gate: Gate, ticket: string): Promise<void> {
  const client = new SeedClient(gate.url)
  const auth = await client.auth(ticket, visitor.id, visitor.password)
  assert.equal(auth.status, 401, ticket)
  assert.equal(typeof ((await auth.json()) as { detail: unknown }).detail, 'string')
  assert.equal(await client.listen(ticket).status, 401, ticket)
  const phone = new Phone(gate.url)
  let page = await phone.get(`/q/${encodeURIComponent(ticket)}`)
  await page.text()
  // What surrounds it is forgiven, and leads to the same without.
  const location = page.headers.get('location')
  if (page.status === 307 && location) page = await phone.get(location)
  assert.equal(page.status, 404, ticket)
}

/** The genuine ticket that was copied still works, and nobody else has signed in with it. */
async function assertStillPending(gate: Gate, token: string): Promise<void> {
  const { sign_ins: rows } = stored(gate.dataDir)
  assert.deepEqual(rows, [])
  const answer = await new SeedClient(gate.url).auth(token, visitor.id, visitor.password)
  assert.equal(answer.status, 200)
}

attack('S001 a JWT without a signature opens no door, however its alg is spelled', async gate => {
  await addAccount(gate)
  const token = await new SeedClient(gate.url).start()
  const { header, payload, parts } = readJwt(token)
  for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null]) {
    await assertNoDoorOpens(gate, jwt({ ...header, alg }, payload))
    await assertNoDoorOpens(gate, `${jwt({ ...header, alg }, payload)}${parts[2]}`)
  }
  await assertNoDoorOpens(gate, `${parts[0]}.${parts[1]}.`)
  await assertNoDoorOpens(gate, `${parts[0]}.${parts[1]}`)
  await assertStillPending(gate, token)
})

attack('S002 a JWT signed with what everybody knows opens no door', async gate => {
  await addAccount(gate)
  const token = await new SeedClient(gate.url).start()
  const { header, payload } = readJwt(token)
  const known = [gate.url, String(payload.uuid), 'YOUR_JWT_SECRET_KEY', 'secret']
  for (const key of ['', ...known]) await assertNoDoorOpens(gate, jwt(header, payload, key))
  for (const alg of ['HS384', 'HS512', 'RS256', 'ES256', 'EdDSA']) {
    await assertNoDoorOpens(gate, jwt({ ...header, alg }, payload, gate.url))
  }
  await assertStillPending(gate, token)
})

attack('S003 no header of a JWT is obeyed and no key is fetched from anywhere', async (gate, t) => {
  let connections = 0
  const sink = createServer(socket => {
    connections += 1
    socket.destroy()
  })
  await new Promise<void>(resolve => sink.listen(0, '127.0.0.1', resolve))
  t.after(() => sink.close())
  const address = sink.address()
  const theirs = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/keys`

  await addAccount(gate)
  const token = await new SeedClient(gate.url).start()
  const { header, payload } = readJwt(token)
  const jwk = { kty: 'oct', k: Buffer.from('theirs').toString('base64url') }
  const kids = ['ff', '../../etc/passwd', "' OR 1=1--", 'k'.repeat(200), 7, ['ff'], null]
  const headers = [
    ...kids.map(kid => ({ kid })),
    ...['jku', 'x5u'].map(name => ({ [name]: theirs })),
    { jwk },
    { x5c: [Buffer.from('theirs').toString('base64')] },
  ]
  for (const extra of headers) {
    await assertNoDoorOpens(gate, jwt({ ...header, ...extra }, payload, 'theirs'))
  }
  assert.equal(connections, 0)
  await assertStillPending(gate, token)
})

attack('S004 a compact ticket with one bit or one end changed is not one of ours', async gate => {
  const kiosk = new Kiosk(gate.url)
  const signIn = await kiosk.start()
  const ticket = new URL(signIn.frame.url).pathname.slice('/Q/'.length)
  const answers = await inBatches(variants(ticket), 8, async variant => {
    const answer = await fetch(`${gate.url}/q/${encodeURIComponent(variant)}`)
    await answer.arrayBuffer()
    // Small letters and what surrounds it are forgiven: they lead to the ticket as it is.
    return new URL(answer.url).pathname === `/q/${ticket}` ? 'itself' : answer.status
  })
  assert.equal(answers.length, ticket.length * 9)
  assert.deepEqual(new Set(answers), new Set([404, 'itself']))
  assert.equal((await new Phone(gate.url).open(signIn.frame.url)).status, 200)
})

attack('S004 a JWT with one bit or one end changed signs nobody in', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const token = await client.start()
  const answers = await inBatches(variants(token), 8, async variant => {
    const answer = await client.auth(variant, visitor.id, visitor.password)
    await answer.arrayBuffer()
    return answer.status
  })
  assert.equal(answers.length, token.length * 9)
  assert.deepEqual(new Set(answers), new Set([401]))
  await assertStillPending(gate, token)
})

/** Every one-bit change and every shortening. */
function variants(text: string): string[] {
  const all: string[] = []
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    for (let bit = 0; bit < 8; bit += 1) {
      all.push(text.slice(0, at) + String.fromCharCode(code ^ (1 << bit)) + text.slice(at + 1))
    }
    if (at > 0) all.push(text.slice(0, at))
  }
  all.push(`${text}=`)
  return all
}

attack('S005 parts of two genuine JWTs make no third one', async gate => {
  await addAccount(gate)
  const client = new SeedClient(gate.url)
  const [first, second] = [await client.start(), await client.start()]
  const [a, b] = [readJwt(first).parts, readJwt(second).parts]
  await assertNoDoorOpens(gate, `${a[0]}.${b[1]}.${a[2]}`)
  await assertNoDoorOpens(gate, `${a[0]}.${a[1]}.${b[2]}`)
  await assertStillPending(gate, first)
})

attack('S005 fields of two genuine compact tickets make no third one', async gate => {
  const kiosk = new Kiosk(gate.url)
  const tickets = [(await kiosk.start()).frame.url, (await kiosk.start()).frame.url]
  const [a = '', b = ''] = tickets.map(url => url.slice(-53))
  for (let cut = 1; cut < a.length; cut += 1) {
    const mixed = a.slice(0, cut) + b.slice(cut)
    if (mixed === a || mixed === b) continue
    assert.equal((await fetch(`${gate.url}/q/${mixed}`)).status, 404, mixed)
  }
})

attack(
  'S007 a ticket of another deployment with the same key opens nothing here',
  async (gate, t) => {
    const other = await startGate(t)
    await addAccount(gate)
    await assertNoDoorOpens(gate, await new SeedClient(other.url).start())
    const theirs = await new Kiosk(other.url).start()
    const ours = await new Kiosk(gate.url).start()
    const ticket = new URL(theirs.frame.url).pathname
    assert.equal((await new Phone(gate.url).get(ticket)).status, 404)
    const { id, kiosk_secret } = theirs
    assert.equal((await new Kiosk(gate.url).claim({ ...ours, id, kiosk_secret })).status, 401)
  },
)

attack(
  'S009 claims of the wrong type or twice are refused even with a right-looking form',
  async gate => {
    await addAccount(gate)
    const token = await new SeedClient(gate.url).start()
    const { header, payload, parts } = readJwt(token)
    const text = JSON.stringify(payload)
    const exps = ['9e99', null, 1.5, -1, 2 ** 53 + 1, undefined, [payload.exp], { $gt: 0 }]
    const payloads = [
      ...exps.map(exp => JSON.stringify({ ...payload, exp })),
      text.replace('{', `{"uuid":"${payload.uuid}",`),
      text.replace('{', '{ '),
      JSON.stringify({ ...payload, uuid: [payload.uuid] }),
      JSON.stringify({ ...payload, jti: payload.uuid }),
      JSON.stringify({ exp: payload.exp, uuid: payload.uuid }),
      '[]',
      'null',
      `${'['.repeat(300)}${']'.repeat(300)}`,
    ]
    for (const changed of payloads) {
      const unsigned = `${parts[0]}.${Buffer.from(changed).toString('base64url')}`
      await assertNoDoorOpens(gate, `${unsigned}.${parts[2]}`)
      await assertNoDoorOpens(gate, `${unsigned}.${sign(unsigned, 'theirs')}`)
    }
    await assertNoDoorOpens(gate, jwt({ ...header, typ: 'at+jwt' }, payload, 'theirs'))
    await assertStillPending(gate, token)
  },
)
