import { paths } from '@qrgate/sdk/protocol'
import type { Bench } from '../bench.ts'
import type { Measured } from '../goals.ts'
import { signInAlone } from '../support/approve.ts'
import { kioskOf, someAtOnce } from '../support/crowd.ts'
import { startServed } from '../support/served-gate.ts'

/** P11: what is alive on the heap after much has come and gone. */
export async function measureLeaks({ scope, of }: Bench): Promise<Measured[]> {
  const [connections, signIns] = [of(10_000, 2_000), of(2_000, 400)]
  const gate = await startServed(scope, { freePasswords: true })
  const socketUrl = gate.process.url.replace('http', 'ws') + paths.kiosk
  const comeAndGo = async (part: number) => {
    await someAtOnce(Array.from({ length: connections / part }), async () => {
      const kiosk = kioskOf(socketUrl, await gate.kiosk().start())
      const heard = kiosk.heard()
      kiosk.connect()
      await heard
      kiosk.leave()
    })
    await someAtOnce(Array.from({ length: signIns / part }), () =>
      signInAlone(gate.kiosk(), gate.phone()),
    )
  }
  await comeAndGo(5)
  const before = (await gate.process.heap()).bytes
  await comeAndGo(1)
  const after = (await gate.process.heap()).bytes
  return [
    {
      goal: 'P11',
      value: after / before,
      parts: { connections, signIns, beforeMb: before / 2 ** 20, afterMb: after / 2 ** 20 },
    },
  ]
}
