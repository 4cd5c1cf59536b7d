import type { EventLog } from '../logger.ts'
import type { PasskeyRecords } from '../store/passkey.ts'

type Records = Pick<PasskeyRecords, 'elsewhere'>

/** How many passkeys work no more, as they were made for other domains; undefined where all work. */
export async function uselessPasskeys(records: Records, domain: string | null) {
  const others = await records.elsewhere(domain)
  if (others.length === 0) return undefined
  const passkeys = others.reduce((sum, { count }) => sum + count, 0)
  return { passkeys, madeFor: others.map(other => other.domain), domain }
}

/** Says once, as a gate starts, that its address or its domain has become another one. */
export async function noteOtherDomains(
  records: Records,
  domain: string | null,
  logger: Pick<EventLog, 'warn'>,
): Promise<void> {
  const useless = await uselessPasskeys(records, domain)
  if (useless) logger.warn(useless, 'passkeys of other domains do not work here')
}
