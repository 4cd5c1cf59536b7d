import { randomBytes } from 'node:crypto'
import { createClients } from '../../clients/clients.ts'
import { createClock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import type { Store } from '../../store/store.ts'
import { demoClient, isMadeByDemo } from '../made-by-demo.ts'
import { sealsOf } from '../seals.ts'
import type { Add } from './finding.ts'
import { webhookFindings } from './webhooks.ts'

/**
 * Where the key is gone that has sealed a secret, nothing can be signed with that any more; and an
 * endpoint may be one to which nothing is let out.
 */
export async function checkClients(store: Store, config: Config, add: Add): Promise<void> {
  const sealed = sealsOf(config, 'webhook secret')
  const clients = createClients({
    records: store.clients,
    sealed,
    clock: createClock(),
    randomBytes,
  })
  const present = (await store.clients.all()).filter(({ removedAt }) => removedAt === null)
  const lost = present.filter(client => !clients.canSign(client)).map(({ id }) => id)
  if (lost.length > 0) {
    const words = 'no key in SECRET_KEY or SECRET_KEYS_ACCEPTED opens the webhook secret of'
    const mend = 'bring that key back, or: qrgate client rotate ID --webhook'
    add('fail', 'clients', `${words} ${lost.join(', ')}; ${mend}`)
  } else if (present.length > 0) {
    add('ok', 'clients', `the webhook secrets of all ${present.length} can be opened`)
  }
  // A gate in production asks nothing of what a demo has left behind.
  const demos = await isMadeByDemo(store, { kind: 'client', id: demoClient })
  const asked = present.filter(({ id }) => id !== demoClient || !demos)
  const findings = await webhookFindings(asked, config.webhookHosts)
  for (const { mark, words } of findings) add(mark, 'webhooks', words)
}
