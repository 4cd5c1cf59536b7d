import { readConfig } from '../../server/src/config.ts'
import type { LogEvent, LogEventName } from '../../server/src/protocol/log-event.ts'
import { advance } from '../../server/src/protocol/sign-in.ts'
import { createSignInId } from '../../server/src/protocol/sign-in-id.ts'
import { type SignIn, type Step, unscanned } from '../../server/src/protocol/sign-in-row.ts'
import type { Store } from '../../server/src/store/store.ts'
import { median, timed, timedEach } from '../support/figures.ts'

const signIns = 50
const sealed = 500
const { timings } = readConfig({}, 'demo')

/** The three writes of a sign-in, one after the other, each in milliseconds. @returns the median. */
export async function step(store: Store): Promise<number> {
  const took: number[] = []
  for (let n = 0; n < signIns; n += 1) {
    const now = Date.now()
    const id = createSignInId(now, crypto.getRandomValues(new Uint8Array(10)))
    const way: Step[] = [
      { type: 'scan', phoneHash: 'phone', phoneKind: 'android' },
      {
        type: 'approve',
        method: 'password',
        epoch: 0,
        phoneHash: 'phone',
        account: 'an account',
        amr: ['pwd'],
      },
      { type: 'claim' },
    ]
    for (const step of way) {
      const decide = (old: SignIn | null) =>
        advance(old ?? unscanned(id, 100, true), step, now, timings)
      took.push(await timed(() => store.signIns.update(id, decide)))
    }
  }
  return median(took)
}

/**
 * Sealing 500 events, in milliseconds: each like those that fill the log. Smaller ones would go, one by one, into
 * what is left over at the end of each page, which events of all sizes have filled where a gate was at work.
 */
export async function sealing(store: Store): Promise<number> {
  const lease = await store.leases.take('sealer', 'bench', 600_000)
  if (!lease) throw new Error('somebody else has the lease')
  while (await store.log.unsealed()) await store.log.seal(lease, sealed)
  const event = await firstLike('sign_in.approved', store)
  const took = await timedEach(3, async () => {
    await store.log.add(Array.from({ length: sealed }, () => event))
    await store.log.seal(lease, sealed)
  })
  return median(took)
}

/** What a visit has told the log. */
async function firstLike(name: LogEventName, { log }: Store): Promise<LogEvent> {
  const [row] = await log.find({ event: name }, { after: 0 }, 1)
  if (!row) throw new Error(`the log tells of no ${name}`)
  const { actorKind, actor, address, subjectKind, subject, kiosk, account, detail } = row
  return {
    event: name,
    at: Date.now(),
    actor: { kind: actorKind, id: actor, address },
    subject: { kind: subjectKind, id: subject },
    kiosk,
    account,
    detail: detail === null ? undefined : JSON.parse(detail),
  } as LogEvent
}
