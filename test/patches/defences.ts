import type { Defence } from './defence.ts'
import { accounts } from './defences/accounts.ts'
import { clients } from './defences/clients.ts'
import { http } from './defences/http.ts'
import { limits } from './defences/limits.ts'
import { log } from './defences/log.ts'
import { ownAccount } from './defences/own-account.ts'
import { phoneWays } from './defences/phone-ways.ts'
import { proofs } from './defences/proofs.ts'
import { reception } from './defences/reception.ts'
import { sockets } from './defences/sockets.ts'
import { states } from './defences/states.ts'
import { store } from './defences/store.ts'
import { webhooks } from './defences/webhooks.ts'

/** By topic, a file each. */
export const defences: readonly Defence[] = [
  ...proofs,
  ...states,
  ...limits,
  ...accounts,
  ...phoneWays,
  ...ownAccount,
  ...clients,
  ...http,
  ...sockets,
  ...webhooks,
  ...log,
  ...store,
  ...reception,
]
