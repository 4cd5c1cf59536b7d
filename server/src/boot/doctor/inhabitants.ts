import type { Config } from '../../config.ts'
import type { Store } from '../../store/store.ts'
import { demoClient, isMadeByDemo } from '../made-by-demo.ts'
import { uselessPasskeys } from '../passkey-domains.ts'
import type { Add } from './finding.ts'

/** Who can use the gate: without a screen or a person nobody signs in, and demos leave some behind. */
export async function checkInhabitants(
  store: Store,
  config: Config,
  now: number,
  add: Add,
): Promise<void> {
  await checkKiosks(store, now, add)
  await checkAccounts(store, add)
  await checkPasskeys(store, config, add)
  const demos = await isMadeByDemo(store, { kind: 'client', id: demoClient })
  const client = demos ? await store.clients.byId(demoClient) : null
  if (client && client.removedAt === null) {
    const words = `a demo has left the client ${demoClient} behind`
    add('warn', 'clients', `${words}; run: qrgate client remove ${demoClient}`)
  }
}

async function checkKiosks({ kiosks }: Store, now: number, add: Add): Promise<void> {
  const present = (await kiosks.all()).filter(kiosk => kiosk.claimable && kiosk.revokedAt === null)
  if (present.length === 0) {
    add('warn', 'kiosks', 'there is none; run: qrgate kiosk add NAME')
    return
  }
  const waiting = present.filter(({ credentialHash }) => credentialHash === null)
  const enrolled = present.length - waiting.length
  if (enrolled > 0) add('ok', 'kiosks', `${enrolled} enrolled`)
  for (const { number, name, linkExpiresAt } of waiting) {
    const isOver = (linkExpiresAt ?? 0) <= now
    const words = `${number} (${name.ko}) was never enrolled`
    const mend = isOver
      ? `its link is over; run: qrgate kiosk revoke ${number}, and add it again`
      : 'open its link on its screen'
    add('warn', 'kiosks', `${words}; ${mend}`)
  }
}

async function checkAccounts(store: Store, add: Add): Promise<void> {
  const present = (await store.accounts.all()).filter(({ disabledAt }) => disabledAt === null)
  const demos: string[] = []
  for (const { id, key } of present.filter(({ id }) => id.startsWith('demo.'))) {
    const isDemos = await isMadeByDemo(store, { kind: 'account', id: key }, { account: key })
    if (isDemos) demos.push(id)
  }
  if (demos.length > 0) {
    const words = `a demo has left accounts behind, with which nobody can sign in: ${demos.join(', ')}`
    add('warn', 'accounts', `${words}; run for each: qrgate account disable ID`)
  }
  const own = present.length - demos.length
  if (own > 0) add('ok', 'accounts', `${own} may sign in`)
  else add('warn', 'accounts', 'there is none; run: qrgate account add ID, or account import FILE')
}

/** Their owners sign in by their passwords, and make new ones; where the address is wrong, all work again. */
async function checkPasskeys(store: Store, { passkeyDomain }: Config, add: Add): Promise<void> {
  const useless = await uselessPasskeys(store.passkeys, passkeyDomain)
  if (!useless) return
  const { passkeys, madeFor } = useless
  const here =
    passkeyDomain === null ? 'no passkey works at this PUBLIC_URL' : `not ${passkeyDomain}`
  const mend = 'set PUBLIC_URL or QRGATE_PASSKEY_DOMAIN back, or have their owners make new ones'
  const words = `${passkeys} were made for ${madeFor.join(', ')}, and do not work: ${here}`
  add('warn', 'passkeys', `${words}; ${mend}`)
}
