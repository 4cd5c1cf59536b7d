import assert from 'node:assert/strict'
import { attack } from '../support/attack.ts'
import { Kiosk } from '../support/kiosk.ts'
import { Phone } from '../support/phone.ts'
import { SeedClient } from '../support/seed-client.ts'
import { addAccount, visitor } from '../support/visitor.ts'

const externalId = 'canary-0042'

attack(
  'S130 what another system calls a visitor is on no page, no screen and no line',
  async gate => {
    const { accounts } = gate.app.store
    await addAccount(gate)
    const known = await accounts.byIdKey(visitor.id)
    assert.ok(known)
    await accounts.update(known.key, () => {
      return { next: { ...known, externalId, name: visitor.name }, events: [], quiet: true }
    })

    const kiosk = new Kiosk(gate.url)
    const phone = new Phone(gate.url)
    const told: string[] = []
    const hear = async (asked: Promise<Response>, status = 200) => {
      const answer = await asked
      assert.equal(answer.status, status)
      told.push(JSON.stringify([...answer.headers]), await answer.text())
    }
    const signIn = await kiosk.start()
    const { id } = signIn
    const socket = await kiosk.watch(signIn)
    const { receipt, page } = await phone.open(signIn.frame.url)
    told.push(page)
    await hear(phone.post(`/s/${id}/scan`, { receipt }))
    await hear(phone.signIn(id, visitor.id, 'wrong'), 401)
    // Neither does it open the account.
    await hear(phone.signIn(id, externalId, visitor.password), 401)
    await hear(phone.signUp(id, visitor.id, '', visitor.password), 409)
    await hear(phone.signIn(id, visitor.id, visitor.password))
    const look = async () => {
      await hear(phone.get(`/s/${id}`))
      await hear(phone.get(`/s/${id}`, 'application/json'))
      told.push(JSON.stringify(await kiosk.view(signIn)))
    }
    await look()
    await hear(kiosk.claim(signIn))
    await socket.state(id, 'claimed')
    await look()
    await hear(new SeedClient(gate.url).signIn(visitor.id, visitor.password))

    told.push(JSON.stringify(socket.heard), gate.log())
    assert.ok(told.join().includes('홍*동'))
    for (const text of told) assert.ok(!text.includes(externalId), text)
  },
)
