import { Kiosk } from '../../test/support/kiosk.ts'
import { Phone } from '../../test/support/phone.ts'
import { compare, timedEach } from '../support/figures.ts'
import type { MeasuredProcess } from '../support/measured-process.ts'

/** How soon a kiosk without a socket learns of a scan. */
export async function measurePolls(gate: MeasuredProcess): Promise<void> {
  const kiosk = new Kiosk(gate.url)
  const polls: number[] = []
  for (let round = 0; round < 50; round += 1) {
    const signIn = await kiosk.start()
    const headers = { authorization: `Bearer ${signIn.kiosk_secret}` }
    const at = `${gate.url}/api/v1/sign-ins/${signIn.id}?since=0&wait=25`
    const phone = new Phone(gate.url)
    const { id, receipt } = await phone.open(signIn.frame.url)
    const told = fetch(at, { headers }).then(async answer => {
      await answer.text()
      return performance.now()
    })
    await new Promise(resolve => setTimeout(resolve, 20))
    const tapped = performance.now()
    await phone.post(`/s/${id}/scan`, { receipt })
    polls.push((await told) - tapped)
  }
  const healthz = await timedEach(50, async () => (await fetch(`${gate.url}/healthz`)).text())
  compare('', 'scan to a poll that waits', polls, healthz)
}
