import assert from 'node:assert/strict'
import { after, type TestContext, test } from 'node:test'
import { Authenticator } from '../support/authenticator.ts'
import type { Gate } from '../support/gate.ts'
import { startEngines } from '../support/log-engines.ts'
import { entered, ownPage, ownPassword, visiting } from '../support/owner.ts'
import { startLocal } from '../support/passkey-page.ts'
import { Phone } from '../support/phone.ts'

/*
 * Every route that a browser's cookie speaks for, as the gate itself lists them: a new one has no test of its own to
 * be forgotten.
 */

const scope = { after } as TestContext
const gates: Gate[] = []
// First of all: they would wait for a database that is gone.
after(() => Promise.all(gates.map(gate => gate.close())))

/** Paths of all routes that take this method. */
function pathsOf({ app }: Gate, method: string): string[] {
  const lines = app.server.printRoutes({ commonPrefix: false }).split('\n')
  const parents: string[] = []
  return lines.flatMap(line => {
    const [, indent, path, methods = ''] = /^([│ ]*)[├└]── (\S+)(?: \(([^)]*)\))?/.exec(line) ?? []
    if (indent === undefined || path === undefined) return []
    const depth = indent.length / 4
    parents.splice(depth, parents.length, path)
    return methods.split(', ').includes(method) ? [parents.join('')] : []
  })
}

/** Pages, and what their forms send. */
const isOfBrowser = (path: string) => /^\/(s|me|recover|code|enrol)(\/|$)/.test(path)

/** All that a form of any of them could want; what is right of it, is. */
function fieldsOf(id: string): Record<string, string> {
  const credential = new Authenticator().get({ challenge: '', rpId: '', origin: '' })
  return {
    ...{ account: id, password: ownPassword, current: ownPassword, name: 'x', receipt: '' },
    ...{ credential, visit: 'A'.repeat(22), phone: 'A'.repeat(43), passkey: 'A'.repeat(43) },
    ...{ code: 'BCDF-GHJK', service: 'visit', remember: 'on' },
  }
}

for (const [engine, database] of Object.entries(await startEngines(scope))) {
  const gate = await startLocal(scope, { DATABASE_URL: await database(scope) })
  gates.push(gate)
  const { store } = gate.app

  /** Somebody who is signed in everywhere, and what they send. */
  async function owner() {
    const { phone, id, signIn } = await visiting(gate, { remember: 'on' })
    await entered(gate, id, phone)
    const account = (await store.accounts.byIdKey(id)) ?? assert.fail()
    const pathOf = (path: string) =>
      path.replace(/:id/, signIn.id).replace(/:\w+/, 'sign-in').replace('*', 'A'.repeat(43))
    const stand = async () =>
      JSON.stringify([
        await store.accounts.byKey(account.key),
        await store.signIns.read(signIn.id),
        await store.rememberedPhones.of(account.key),
        (await store.sessions.of(account.key)).map(({ usedAt: _, ...session }) => session),
        await store.passkeys.of(account.key),
      ])
    return { phone, id, account, pathOf, stand }
  }

  test(`S055 S056: ${engine}: no other site sends any form for a browser`, async () => {
    const { phone, id, pathOf, stand } = await owner()
    const before = await stand()
    const paths = pathsOf(gate, 'POST').filter(isOfBrowser)
    assert.ok(paths.length > 20 && paths.includes('/me/sign-in'), paths.join(' '))
    for (const path of paths) {
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: gate.url, 'sec-fetch-site': 'cross-site' },
        { origin: gate.url, 'sec-fetch-site': 'same-site' },
      ] as Record<string, string>[]) {
        const answer = await fetch(gate.url + pathOf(path), {
          method: 'POST',
          redirect: 'manual',
          headers: { cookie: phone.cookies, ...headers },
          body: new URLSearchParams(fieldsOf(id)),
        })
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(headers)}`)
        assert.deepEqual(answer.headers.getSetCookie(), [], path)
      }
    }
    assert.equal(await stand(), before)
  })

  test(`S055 S058: ${engine}: to look changes nothing, whatever is looked at`, async () => {
    const { phone, id, pathOf, stand } = await owner()
    const before = await stand()
    const query = new URLSearchParams(fieldsOf(id))
    const paths = new Set([...pathsOf(gate, 'GET'), ...pathsOf(gate, 'POST')].filter(isOfBrowser))
    for (const path of paths) {
      for (const method of ['GET', 'HEAD']) {
        await phone.get(`${pathOf(path)}?${query}`, 'text/html', method)
      }
    }
    assert.equal(await stand(), before)
  })

  test(`S121: ${engine}: a form names nobody: without a session, or in another’s, nothing happens`, async () => {
    const { id, pathOf, stand, account } = await owner()
    const before = await stand()
    const others = await owner()
    for (const path of pathsOf(gate, 'POST').filter(path => path.startsWith('/me/'))) {
      if (['/me/sign-in', '/me/password', '/me/sign-out'].includes(path)) continue
      const fields = { ...fieldsOf(id), key: account.key, sub: id, user: id }
      await new Phone(gate.url).post(pathOf(path), fields, 'text/html')
      await others.phone.post(pathOf(path), fields, 'text/html')
    }
    const fields = { account: id, key: account.key, password: 'another horse entirely' }
    await others.phone.post('/me/password', fields, 'text/html')
    assert.equal(await stand(), before)
    const { passwordHash } = (await store.accounts.byKey(others.account.key)) ?? assert.fail()
    assert.notEqual(passwordHash, others.account.passwordHash, 'only their own')
  })

  test(`S059: ${engine}: no page of an account or a visit is kept to go back to`, async () => {
    const { phone, id, pathOf } = await owner()
    for (const path of pathsOf(gate, 'GET').filter(isOfBrowser)) {
      const answer = await phone.get(pathOf(path))
      assert.equal(answer.headers.get('cache-control'), 'no-store', path)
    }
    const copy = phone.cookies.split('; ')
    const out = await phone.post('/me/sign-out', {}, 'text/html')
    assert.equal(out.headers.get('clear-site-data'), '"cache"')
    for (const path of ['/me', '/me/history', '/me/export', '/me/password', '/me/delete']) {
      assert.ok(!(await ownPage(new Phone(gate.url, {}, copy), path)).includes(id), path)
    }
  })
}
