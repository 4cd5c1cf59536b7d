import type { LogEvent } from '../../protocol/log-event.ts'
import type { Change, Changes } from '../change.ts'
import { accountNoun } from './accounts.ts'
import type { Engine } from './engine.ts'
import { handOffNoun } from './hand-offs.ts'
import { invitationNoun } from './invitations.ts'
import { kioskNoun } from './kiosks.ts'
import { addToLog } from './log-row.ts'
import type { InTransaction, Noun, Update } from './noun.ts'
import { passkeyNoun } from './passkeys.ts'
import { rememberedPhoneNoun } from './remembered-phones.ts'
import { subjectNoun } from './subjects.ts'
import { inTransaction } from './transaction.ts'

/** Changes rows with their log, each in one transaction. */
export function createUpdate(engine: Engine): Update {
  const nouns = {
    handOffs: handOffNoun(engine),
    accounts: accountNoun(engine),
    kiosks: kioskNoun(engine),
    subjects: subjectNoun(engine),
    rememberedPhones: rememberedPhoneNoun(engine),
    passkeys: passkeyNoun(engine),
    invitations: invitationNoun(engine),
  }

  return async (noun, findKey, decide) => {
    const changed = await inTransaction(engine, async (trx, requireInTime) => {
      const key = typeof findKey === 'function' ? await findKey(trx) : findKey
      const old = await noun.lock(trx, key)
      // Whoever was told that it failed must not see it happen once the database wakes up.
      requireInTime()
      const change = decide(old, key)
      const events = await write(trx, noun, change, old)
      if (change.also && isChange(change)) {
        events.push(...(await changeAll(trx, nouns.handOffs, change.also.handOffs)))
        events.push(...(await changeAll(trx, nouns.accounts, change.also.accounts)))
        events.push(...(await changeAll(trx, nouns.kiosks, change.also.kiosks)))
        events.push(...(await changeAll(trx, nouns.subjects, change.also.subjects)))
        events.push(...(await changeAll(trx, nouns.rememberedPhones, change.also.rememberedPhones)))
        events.push(...(await changeAll(trx, nouns.passkeys, change.also.passkeys)))
        events.push(...(await changeAll(trx, nouns.invitations, change.also.invitations)))
      }
      await addToLog(trx, events)
      return { old, ...change }
    })
    if (isChange(changed)) engine.health.wrote()
    return changed
  }
}

/** Changes several rows of one noun, in the order of their keys. */
async function changeAll<Key extends string | number, Row>(
  trx: InTransaction,
  noun: Noun<Key, Row>,
  changes: Changes<Key, Row> | undefined,
): Promise<LogEvent[]> {
  const events: LogEvent[] = []
  for (const [key, decide] of [...(changes ?? [])].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    const old = await noun.lock(trx, key)
    events.push(...(await write(trx, noun, decide(old), old)))
  }
  return events
}

async function write<Key, Row>(
  trx: InTransaction,
  noun: Noun<Key, Row>,
  change: Pick<Change<Row>, 'next' | 'events' | 'quiet'>,
  old: Row | null,
): Promise<LogEvent[]> {
  if (!isChange(change)) return []
  await noun.write(trx, change.next, old)
  return [...change.events]
}

function isChange({ events, quiet }: Pick<Change<unknown>, 'events' | 'quiet'>): boolean {
  return events.length > 0 || quiet === true
}
