import type { Clock } from '../clock.ts'
import { type HandOffTimings, observeHandOff } from '../protocol/hand-off.ts'
import { noticeDocument } from '../protocol/notice-document.ts'
import { observe } from '../protocol/sign-in.ts'
import type { Timings } from '../protocol/sign-in-row.ts'
import type { Account } from '../store/account.ts'
import type { HandOffRecords } from '../store/hand-off.ts'
import type { LogRecords, LogRow } from '../store/log.ts'
import type { PasskeyRecords } from '../store/passkey.ts'
import type { RememberedPhoneRecords } from '../store/remembered-phone.ts'
import type { SessionRecords } from '../store/session.ts'
import type { SignIns } from '../store/sign-ins.ts'
import type { SiteRecords } from '../store/site.ts'
import type { SubjectRecords } from '../store/subject.ts'
import type { UsualPlaceRecords } from '../store/usual-place.ts'

export interface OwnExportParts {
  store: {
    signIns: Pick<SignIns, 'of'>
    handOffs: Pick<HandOffRecords, 'of'>
    passkeys: Pick<PasskeyRecords, 'of'>
    rememberedPhones: Pick<RememberedPhoneRecords, 'of'>
    sessions: Pick<SessionRecords, 'of'>
    subjects: Pick<SubjectRecords, 'of'>
    usualPlaces: Pick<UsualPlaceRecords, 'all'>
    site: Pick<SiteRecords, 'noticeOf'>
    log: Pick<LogRecords, 'find' | 'waiting'>
  }
  clock: Clock
  timings: Timings
  handOffTimings: HandOffTimings
}

/** Events that are read at once. */
const page = 500

/**
 * Everything that is kept of an account, as plain data for its owner: whatever was forgotten or removed and is
 * still there, too. What is left out is no use to them and some to a thief: hashes, keys, whatever a phone or a
 * passkey is known by; and what may be of somebody else: which operator it was, from where a try was refused.
 */
export type OwnExport = (account: Account) => Promise<object>

export function createOwnExport(parts: OwnExportParts): OwnExport {
  const { store, clock, timings, handOffTimings } = parts

  /** In the order of the log, what is not sealed yet last. */
  const eventsOf = async (account: string): Promise<LogRow[]> => {
    const query = { account }
    // In this order: what is sealed between the two is in both, and not in neither.
    const waiting = await allOf(after => store.log.waiting(query, { after }, page), rowOf)
    const sealed = await allOf(after => store.log.find(query, { after }, page), positionOf)
    const known = new Set(sealed.map(rowOf))
    return [...sealed, ...waiting.filter(row => !known.has(row.row))]
  }

  /** What they were shown as they signed up. */
  const noticeOf = async ({ consentVersion: version, consentedAt }: Account) => {
    if (version === null) return null
    const texts = await store.site.noticeOf(version)
    return { version, shown_at: time(consentedAt), ...(texts && noticeDocument(texts)) }
  }

  return async account => {
    const { key } = account
    const now = clock()
    const signIns = (await store.signIns.of(key)).map(row => observe(row, now, timings))
    const handOffs = (await store.handOffs.of(key)).map(row =>
      observeHandOff(row, now, handOffTimings),
    )
    return {
      exported_at: time(now),
      account: {
        id: account.id,
        name: account.name,
        external_id: account.externalId,
        created_at: time(account.createdAt),
        notice: await noticeOf(account),
        recovery_until: time(account.recoveryExpiresAt),
      },
      passkeys: (await store.passkeys.of(key)).map(passkey => ({
        name: passkey.name,
        domain: passkey.domain,
        synced: passkey.synced,
        transports: passkey.transports,
        created_at: time(passkey.createdAt),
        used_at: time(passkey.usedAt),
        removed_at: time(passkey.removedAt),
      })),
      remembered_phones: (await store.rememberedPhones.of(key)).map(phone => ({
        kind: phone.kind,
        amr: phone.amr,
        proven_at: time(phone.provenAt),
        created_at: time(phone.createdAt),
        used_at: time(phone.usedAt),
        forgotten_at: time(phone.forgottenAt),
      })),
      usual_places: (await store.usualPlaces.all(key)).map(({ seenAt }) => ({
        seen_at: time(seenAt),
      })),
      sessions: (await store.sessions.of(key)).map(session => ({
        created_at: time(session.createdAt),
        used_at: time(session.usedAt),
        ended_at: time(session.endedAt),
      })),
      sign_ins: signIns.map(signIn => ({
        id: signIn.id,
        kiosk: signIn.kiosk,
        state: signIn.state,
        reason: signIn.reason,
        phone: signIn.phoneKind,
        amr: signIn.amr,
        proven_at: time(signIn.provenAt),
        approved_at: time(signIn.approvedAt),
        claimed_at: time(signIn.claimedAt),
        extended_at: time(signIn.extendedAt),
        disowned_at: time(signIn.disownedAt),
        updated_at: time(signIn.updatedAt),
        client: signIn.client,
        claims: signIn.claims,
        hand_off: signIn.handOff,
      })),
      hand_offs: handOffs.map(handOff => ({
        id: handOff.id,
        sign_in: handOff.signIn,
        client: handOff.client,
        kiosk: handOff.kiosk,
        service: handOff.service,
        language: handOff.language,
        state: handOff.state,
        reason: handOff.reason,
        ticket: handOff.ticket,
        text: handOff.text,
        claims: handOff.claims,
        created_at: time(handOff.createdAt),
        updated_at: time(handOff.updatedAt),
        coming_at: time(handOff.comingAt),
        called_at: time(handOff.calledAt),
      })),
      told: (await store.subjects.of(key)).map(({ client, sub, claims, toldAt }) => ({
        client,
        sub,
        claims,
        told_at: time(toldAt),
      })),
      events: (await eventsOf(key)).map(row => ({
        at: time(row.at),
        event: row.event,
        subject: {
          kind: row.subjectKind,
          // Of an account that is its key.
          id: row.subjectKind === 'account' ? null : row.subject,
        },
        kiosk: row.kiosk,
        by: row.actorKind,
        detail: row.detail === null ? null : (JSON.parse(row.detail) as unknown),
      })),
    }
  }
}

const rowOf = ({ row }: LogRow): number => row
const positionOf = ({ position }: LogRow): number => position ?? 0

/** Page by page: other requests go on between two of them. */
async function allOf<Row>(
  next: (after: number) => Promise<Row[]>,
  placeOf: (row: Row) => number,
): Promise<Row[]> {
  const all: Row[] = []
  for (let after = 0; ; ) {
    const rows = await next(after)
    all.push(...rows)
    const last = rows.at(-1)
    if (last === undefined || rows.length < page) return all
    after = placeOf(last)
  }
}

function time(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString()
}
