import { randomBytes } from 'node:crypto'
import { createClock } from '../../server/src/clock.ts'
import { createKiosks } from '../../server/src/kiosks/kiosks.ts'
import { system } from '../../server/src/protocol/log-event.ts'
import { checkDocument } from '../../server/src/protocol/policy-document.ts'
import type { Gate } from './gate.ts'

/** A kiosk that an operator has enrolled, and what its own page has in its cookie. */
export async function enrol({ app }: Pick<Gate, 'app'>) {
  const { kiosks: records } = app.store
  const kiosks = createKiosks({ records, builtIn: [], clock: createClock(), randomBytes })
  const { kiosk, credential } = await kiosks.enrol({ ko: '1층 접수', en: 'Reception' }, system)
  return {
    number: kiosk.number,
    credential,
    /** The gate is not told; it looks every two seconds. */
    revoke: () => kiosks.revoke(kiosk.number, system),
    /** Nor of this: which client serves whoever signs in here. */
    serveBy: (client: string) => kiosks.set(kiosk.number, { client }, system),
    /** Nor of this. @param fields of its policy document. */
    setPolicy: (fields: object) => {
      const document = checkDocument({ reader: 1, ...fields })
      if ('faults' in document) throw new Error(document.faults.join())
      return kiosks.setPolicy(kiosk.number, document, system)
    },
  }
}
