import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qrgate } from '../support/command.ts'
import { until } from '../support/patience.ts'
import { password, startProduction } from '../support/production.ts'

test('S033: a kiosk that an operator revokes is out on every node', async t => {
  const production = await startProduction(t)
  const { nodes, settings, store, redis } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동', '홍길동'])
  const run = (...args: string[]) => qrgate(args, settings, a.dataDir)

  for (const bus of ['with hints', 'without hints']) {
    await t.test(bus, async () => {
      const { kiosk, row } = await production.enrol(b.url, `접수 ${bus}`)
      const bystander = await production.enrol(b.url, '2층 접수')
      // Both nodes know the kiosk and would go on believing in it.
      const signIns = await Promise.all([a, b].map(({ url }) => kiosk.at(url).start()))
      const [scanned, pending] = signIns
      assert.ok(scanned && pending)
      const phone = production.phone(b.url)
      assert.equal((await phone.scan(scanned.frame.url)).answer.status, 200)
      const sockets = await Promise.all(
        [a, b].map(({ url }) => kiosk.at(url).watch(scanned, pending)),
      )
      for (const socket of sockets) await socket.state(scanned.id, 'scanned')
      const other = await bystander.kiosk.start()
      const otherSocket = await bystander.kiosk.watch(other)
      if (bus === 'without hints') await redis.kill()

      const { code, out } = await run('kiosk', 'revoke', `${row.number}`)
      assert.equal(code, 0)
      assert.match(out, new RegExp(`Kiosk ${row.number} is switched off`))
      for (const socket of sockets) assert.equal((await socket.closed).code, 4403)
      await until('no node starts anything for it', async () => {
        const answers = await Promise.all([a, b].map(({ url }) => kiosk.at(url).tryStart()))
        return answers.every(({ status }) => status === 403)
      })
      await until('its sign-in is cancelled', async () => {
        return (await store.signIns.read(scanned.id))?.state === 'cancelled'
      })
      assert.equal((await store.signIns.read(scanned.id))?.reason, 'revoked')
      const events = (await store.audit.ofSignIn(scanned.id)).map(({ event }) => event)
      assert.deepEqual(events, ['scan', 'cancel'])

      for (const { url } of nodes) {
        const elsewhere = phone.at(url)
        assert.notEqual((await elsewhere.signIn(scanned.id, 'visitor-0', password)).status, 200)
        assert.equal((await production.phone(url).open(pending.frame.url)).receipt, '')
        for (const signIn of signIns) {
          const { status } = await kiosk.at(url).claim(signIn)
          assert.ok(status === 401 || status === 403, `${status}`)
        }
      }
      // Everybody else goes on.
      await production.phone(b.url).scan(other.frame.url)
      await otherSocket.state(other.id, 'scanned')
      otherSocket.cut()
    })
  }

  await t.test('whoever revokes twice or revokes nobody is told so', async () => {
    const [first] = await store.kiosks.all()
    for (const number of [`${first?.number}`, '4000', 'x']) {
      const { code, err } = await run('kiosk', 'revoke', number)
      assert.equal(code, 1)
      assert.match(err, /^qrgate: There is no kiosk/)
    }
    const { out } = await run('kiosk', 'list')
    assert.match(out, new RegExp(`${first?.number}  revoked`))
    assert.match(out, /enrolled/)
  })
})
