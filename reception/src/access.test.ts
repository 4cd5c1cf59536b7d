import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { hour, minute, openPlace, type Scope } from '../../test/support/reception-place.ts'
import { createAccess } from './access.ts'

function setUp(t: Scope) {
  const { db, clock, pass, dataDir } = openPlace(t)
  return { db, clock, pass, dataDir, access: createAccess(db, clock) }
}

test('S111: a link opens one browser, once', async t => {
  const { access } = setUp(t)
  const link = await access.makeLink()
  const cookie = await access.openBy(link)
  assert.ok(cookie)
  assert.notEqual(cookie, link)
  assert.ok(await access.openUntil(cookie))
  assert.equal(await access.openBy(link), undefined)
})

test('two browsers with one link at the same time: one is opened', async t => {
  const { access } = setUp(t)
  const link = await access.makeLink()
  const opened = await Promise.all([1, 2, 3].map(() => access.openBy(link)))
  assert.equal(opened.filter(Boolean).length, 1)
})

test('N88: a link is good for an hour', async t => {
  const { access, pass } = setUp(t)
  const [first, second] = [await access.makeLink(), await access.makeLink()]
  pass(hour - 1)
  assert.ok(await access.openBy(first))
  pass(1)
  assert.equal(await access.openBy(second), undefined)
})

test('N88: a browser is open for 12 hours, however often it is used', async t => {
  const { access, pass, clock } = setUp(t)
  const until = clock() + 12 * hour
  const cookie = await access.openBy(await access.makeLink())
  assert.equal(await access.openUntil(cookie), until)
  pass(12 * hour - 1)
  assert.equal(await access.openUntil(cookie), until)
  pass(1)
  assert.equal(await access.openUntil(cookie), undefined)
})

test('nothing else opens: no cookie, a made up one, a link, the hash out of the file', async t => {
  const { access, db } = setUp(t)
  const link = await access.makeLink()
  await access.openBy(await access.makeLink())
  const { hash } = await db.selectFrom('desk_sessions').select('hash').executeTakeFirstOrThrow()
  for (const cookie of [undefined, '', 'x', link, hash]) {
    assert.equal(await access.openUntil(cookie), undefined, cookie)
  }
  assert.equal(await access.openBy(hash), undefined)
  assert.equal(await access.openBy(''), undefined)
})

test('S130: of links and cookies only hashes are in the file', async t => {
  const { access, dataDir, db } = setUp(t)
  const [used, unused] = [await access.makeLink(), await access.makeLink()]
  const cookie = (await access.openBy(used)) ?? assert.fail()
  const hashOf = (secret: string) => createHash('sha256').update(secret).digest('base64url')
  const rows = async (table: 'desk_links' | 'desk_sessions') =>
    (await db.selectFrom(table).select('hash').execute()).map(({ hash }) => hash)
  assert.deepEqual(await rows('desk_links'), [hashOf(unused)])
  assert.deepEqual(await rows('desk_sessions'), [hashOf(cookie)])
  for (const file of readdirSync(dataDir)) {
    const bytes = readFileSync(join(dataDir, file))
    for (const secret of [used, unused, cookie]) assert.equal(bytes.indexOf(secret), -1, file)
  }
})

test('what has run out does not stay', async t => {
  const { access, db, pass } = setUp(t)
  await access.openBy(await access.makeLink())
  await access.makeLink()
  pass(12 * hour + minute)
  await access.openBy(await access.makeLink())
  for (const table of ['desk_links', 'desk_sessions'] as const) {
    const rows = await db.selectFrom(table).selectAll().execute()
    assert.equal(rows.length, table === 'desk_links' ? 0 : 1)
  }
})
