import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Answers } from '../support/answers.ts'
import type { KioskSocket } from '../support/kiosk.ts'
import { password } from '../support/production.ts'
import { type SeedSocket, untilTold } from '../support/seed-client.ts'
import { addressOf, householdOf, startSite } from '../support/site.ts'
import { scannedBy, signInAt, underAttack, visit, whole } from '../support/under-attack.ts'

/** What all of a place's Wi-Fi looks like from outside: its kiosks, its visitors, its strangers. */
const here = addressOf(1)
const street = addressOf(2)

for (const nodes of whole ? ([1, 2] as const) : ([1] as const)) {
  test(`N07 N08 strangers who hold sockets keep no screen from being told (${nodes})`, async t => {
    const env = { QRGATE_SEED_API: '1', QRGATE_MAX_SOCKETS: '40' }
    const site = await startSite(t, { nodes, env })
    await site.addAccounts(['hong'])
    const kiosk = await site.kiosk(here)
    const urlOf = (number: number) => site.nodes[number % nodes]?.url ?? assert.fail()
    const over = await kiosk.start()
    assert.equal((await kiosk.cancel(over)).status, 200)
    const spent = await site.client(here).start()
    assert.equal((await site.client(here).signIn('hong', password, spent)).status, 200)

    /** What the seed's screen shows just now, for everybody to photograph. */
    let shown = spent
    let held: (KioskSocket | SeedSocket)[] = []
    const wave = async (number: number) => {
      const silent = Array.from({ length: 40 }, async (_, n) => {
        const address = n % 2 === 0 ? here : householdOf(n)
        const socket = await site.screen(address, n % nodes).openSocket()
        if (n % 4 < 2) socket.say({ type: 'watch', id: over.id, kiosk_secret: over.kiosk_secret })
        return socket
      })
      const photographers = Array.from({ length: 12 }, (_, n) => {
        const from = number % 2 === 0 ? street : here
        return site.client(from, n % nodes).listen(n % 3 === 0 ? spent : shown)
      })
      const coming = [...(await Promise.all(silent)), ...photographers]
      await Promise.all(photographers.map(({ status }) => status))
      for (const socket of held) socket.cut()
      held = coming
    }
    t.after(() => {
      for (const socket of held) socket.cut()
    })

    const atOwnPage = async (number: number) => {
      const own = kiosk.at(urlOf(number))
      const page = await own.openPage(site.url)
      page.say({ type: 'hello' })
      const signIn = await own.start()
      page.say({ type: 'watch', id: signIn.id, kiosk_secret: signIn.kiosk_secret })
      await page.state(signIn.id, 'pending')
      const phone = site.phone(here, (number + 1) % nodes)
      const { id, answer } = await phone.scan(await own.frame(signIn))
      assert.equal(answer.status, 200, await answer.text())
      await page.state(id, 'scanned')
      await signInAt(phone, id, 'hong')
      await page.state(id, 'approved')
      assert.ok((await own.claimed(signIn)).account.name)
      await page.state(id, 'claimed')
      page.cut()
    }
    const atSeedsScreen = async (number: number) => {
      const client = site.client(here, number % nodes)
      shown = await client.start()
      const told = untilTold(client, shown)
      const phone = site.client(street, (number + 1) % nodes)
      assert.equal((await phone.signIn('hong', password, shown)).status, 200)
      assert.deepEqual(await told, ['success'])
    }
    const byPolling = (number: number) =>
      visit({ kiosk: kiosk.at(urlOf(number)), phone: site.phone(here), account: 'hong' })

    const visits = [atOwnPage, atSeedsScreen, byPolling]
    await underAttack(t, site, {
      wave,
      visits,
      least: whole ? 30 : 6,
      leastWaves: 2,
      answers: new Answers(),
    })
    const { phone, id } = await scannedBy(site.phone(here), kiosk)
    await signInAt(phone, id, 'hong')
    await site.assertUnharmed()
  })
}
