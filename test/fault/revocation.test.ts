import assert from 'node:assert/strict'
import { test } from 'node:test'
import { qrgate } from '../support/command.ts'
import { until } from '../support/patience.ts'
import { scanPatiently, startPatiently } from '../support/patient-visit.ts'
import { longTimings, password, startProduction } from '../support/production.ts'

test('S033: a kiosk that an operator revokes is out on every node, though no hint says so', async t => {
  const production = await startProduction(t, { env: longTimings })
  const { nodes, settings, store, redis } = production
  const [a, b] = nodes
  await production.addAccounts(['홍길동', '홍길동'])
  const run = (...args: string[]) => qrgate(args, settings, a.dataDir)

  for (const bus of ['with hints', 'without hints']) {
    await t.test(bus, async () => {
      const { kiosk, row } = await production.enrol(b.url, `접수 ${bus}`)
      const bystander = await production.enrol(b.url, '2층 접수')
      // Both nodes know the kiosk and would go on believing in it.
      const signIns = await Promise.all([a, b].map(({ url }) => startPatiently(kiosk.at(url))))
      const [scanned, pending] = signIns
      assert.ok(scanned && pending)
      const phone = production.phone(b.url)
      await scanPatiently(kiosk, scanned, phone)
      const sockets = await Promise.all(
        [a, b].map(({ url }) => kiosk.at(url).watch(scanned, pending)),
      )
      for (const socket of sockets) await socket.state(scanned.id, 'scanned')
      const other = await startPatiently(bystander.kiosk)
      const otherSocket = await bystander.kiosk.watch(other)
      if (bus === 'without hints') await redis.kill()

      const { code, out } = await run('kiosk', 'revoke', `${row.number}`)
      assert.equal(code, 0)
      assert.match(out, new RegExp(`Kiosk ${row.number} is switched off`))
      for (const socket of sockets) assert.equal((await socket.closed).code, 4403)
      for (const { url } of nodes) {
        const refused = async () => (await kiosk.at(url).tryStart()).status === 403
        await until('a start is refused', refused)
      }
      const signIn = () => store.signIns.read(scanned.id)
      await until('the sign-in is over', async () => (await signIn())?.state === 'cancelled')
      assert.equal((await signIn())?.reason, 'revoked')
      assert.deepEqual(await production.eventsOf(scanned.id), [
        'sign_in.scanned',
        'sign_in.cancelled',
      ])

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
      await scanPatiently(bystander.kiosk, other, production.phone(b.url))
      await otherSocket.state(other.id, 'scanned')
      otherSocket.cut()
    })
  }

  await t.test('whoever revokes twice or revokes nobody is told so', async () => {
    const [first] = await store.kiosks.all()
    const again = await run('kiosk', 'revoke', `${first?.number}`)
    assert.equal(again.code, 0)
    assert.equal(again.out, `Kiosk ${first?.number} was switched off already.\n`)
    for (const number of ['4000', 'x']) {
      const { code, err } = await run('kiosk', 'revoke', number)
      assert.equal(code, 1)
      assert.match(err, /^qrgate: There is no kiosk/m)
    }
    const { out } = await run('kiosk', 'list')
    assert.match(out, new RegExp(`${first?.number}  revoked`))
    assert.match(out, /enrolled/)
  })
})
