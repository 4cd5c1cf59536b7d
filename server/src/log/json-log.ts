import type { EventLog } from '../logger.ts'
import { isKnownEvent, isVisitors } from '../protocol/log-event.ts'
import type { SealedRow } from '../store/log.ts'
import type { Reader } from './follow.ts'

/**
 * Tells the process's own log, one JSON object a line, what operators have done and which seals were
 * signed, so that somebody outside holds it. Of visitors it tells nothing: what is written there
 * cannot be erased.
 */
export function jsonLogReader(logger: Pick<EventLog, 'info'>): Reader {
  return {
    name: 'json log',
    async read(rows) {
      for (const row of rows) if (isPublic(row)) logger.info({ event: told(row) }, 'event')
    },
  }
}

/** What this version does not know may tell of a visitor, and what is erased has. */
function isPublic(row: SealedRow): boolean {
  return isKnownEvent(row.event) && !row.visitors && !isVisitors(row)
}

function told({ position, at, event, detail, ...row }: SealedRow) {
  const { actorKind, actor, address, subjectKind, subject, kiosk, account } = row
  return {
    position,
    event,
    at,
    actor: { kind: actorKind, id: actor, ...(address !== null && { address }) },
    subject: { kind: subjectKind, id: subject },
    ...(kiosk !== null && { kiosk }),
    ...(account !== null && { account }),
    ...(detail !== null && { detail: parsed(detail) }),
  }
}

/** A row that somebody has put there by hand must not stop all that comes behind it. */
function parsed(detail: string): unknown {
  try {
    return JSON.parse(detail)
  } catch {
    return detail
  }
}
