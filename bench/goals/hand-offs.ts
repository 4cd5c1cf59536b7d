import { join } from 'node:path'
import { openSqliteStore } from '../../server/src/store/sql/sqlite.ts'
import { GateProcess } from '../../test/support/gate-process.ts'
import { addServedClient, approve } from '../../test/support/hand-off-gate.ts'
import { Kiosk } from '../../test/support/kiosk.ts'
import { longTimings, secretKey } from '../../test/support/production.ts'
import { Receiver } from '../../test/support/receiver.ts'
import { enrolIn } from '../../test/support/stored.ts'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { median, timed } from '../support/figures.ts'

/** P19: how soon a visitor has a number, from the claim over the client's system to kiosk and phone. */
export async function measureHandOffs({ scope, of }: Bench): Promise<Measured[]> {
  const receiver = await Receiver.start(scope)
  const gate = await GateProcess.start(scope, {
    ...longTimings,
    SECRET_KEY: secretKey,
    QRGATE_LOG_LEVEL: 'info',
    QRGATE_WEBHOOK_HOSTS: receiver.host,
  })
  const store = await openSqliteStore(join(gate.dataDir, 'qrgate.sqlite'))
  scope.after(() => store.close())
  const { kiosk } = await addServedClient({ url: gate.url, app: { store } }, receiver, {
    secretKey,
  })
  const { credential } = await enrolIn(store, 'without a client')
  const plain = new Kiosk(gate.url, credential)
  const took = { plain: [], asked: [], kiosk: [], phone: [] } as Record<string, number[]>
  for (let round = 0; round < of(60, 20); round += 1) {
    const alone = await approve(gate, plain)
    took.plain?.push(await timed(() => plain.claimed(alone.signIn)))

    const { signIn, phone } = await approve(gate, kiosk)
    const socket = await kiosk.watch(signIn)
    await socket.state(signIn.id, 'approved')
    const began = performance.now()
    const since = () => performance.now() - began
    const heard = { asked: 0 }
    receiver.answer = (received, response) => {
      heard.asked = since()
      receiver.accept(received, response)
    }
    const onKiosk = socket
      .until(m => m.type === 'state' && m.hand_off?.state === 'accepted')
      .then(since)
    // The phone's page asks as it does: for what it has not seen.
    const onPhone = async () => {
      let seen = { seq: 2, handOff: 0 }
      for (;;) {
        const query = `since=${seen.seq}&hand_off_since=${seen.handOff}&wait=25`
        const answer = await phone.get(`/s/${signIn.id}?${query}`, 'application/json')
        const state = (await answer.json()) as {
          seq: number
          hand_off?: { seq: number; state: string }
        }
        if (state.hand_off?.state === 'accepted') return since()
        seen = { seq: state.seq, handOff: state.hand_off?.seq ?? 0 }
      }
    }
    const [kioskAt, phoneAt] = await Promise.all([onKiosk, onPhone(), kiosk.claimed(signIn)])
    took.asked?.push(heard.asked)
    took.kiosk?.push(kioskAt)
    took.phone?.push(phoneAt)
    socket.cut()
  }
  const onBoth = (took.kiosk ?? []).map((ms, round) => Math.max(ms, took.phone?.[round] ?? ms))
  const parts = {
    plainClaimMs: median(took.plain ?? []),
    askedMs: median(took.asked ?? []),
    onKioskMs: median(took.kiosk ?? []),
    onPhoneMs: median(took.phone ?? []),
  }
  return [{ goal: 'P19', value: median(onBoth), parts }]
}
