import { createHash } from 'node:crypto'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Actor, LogEvent } from '../protocol/log-event.ts'
import type { NoticeTexts } from '../protocol/notice-document.ts'
import { unchanged } from '../store/change.ts'
import type { SiteRecords } from '../store/site.ts'

/** What whoever signs up is shown. */
export interface SignUpNotice {
  texts: NoticeTexts
  /** Names these texts, so that what somebody has agreed to can be told later; null where they say nothing. */
  version: string | null
}

export interface SignUpNoticesParts {
  records: SiteRecords
  /** What is shown until an operator changes it. */
  fromSettings: NoticeTexts
  clock: Clock
  /** For durations, which no correction of a clock may stretch. */
  monotonic?: () => number
}

/** A change is known on every node after this time, in milliseconds. */
const freshFor = 5_000

/** What whoever signs up is told and agrees to: the settings' texts, or an operator's. */
export type SignUpNotices = ReturnType<typeof createSignUpNotices>

export function createSignUpNotices(parts: SignUpNoticesParts) {
  const { records, fromSettings, clock, monotonic = () => performance.now() } = parts
  const kept = new Set<string>()
  let known: { notice: SignUpNotice; until: number } | undefined

  const present = async (): Promise<SignUpNotice> => {
    const now = monotonic()
    if (known && now < known.until) return known.notice
    const { notice } = await records.read()
    known = { notice: noticeOf(notice ?? fromSettings), until: now + freshFor }
    return known.notice
  }

  return {
    present,

    /**
     * What somebody agrees to by signing up; its texts are kept from now on.
     * @param shown the version on the form; undefined where a program has shown none.
     * @returns what is recorded; null where nothing was shown.
     * @throws Refusal `notice_changed` where it is not the present one.
     */
    async agreed(shown: string | undefined): Promise<string | null> {
      if (shown === undefined) return null
      const { texts, version } = await present()
      if (shown !== version) throw new Refusal('notice_changed')
      if (!kept.has(version)) await records.keepNotice(version, texts, clock())
      kept.add(version)
      return version
    },

    /** @param texts null goes back to the settings'. @returns whether it was another one at all. */
    async set(texts: NoticeTexts | null, actor: Actor): Promise<boolean> {
      const next = noticeOf(texts ?? fromSettings)
      const { events } = await records.update(old => {
        const isSame = JSON.stringify(old?.notice ?? null) === JSON.stringify(texts)
        if (old && isSame) return unchanged(old)
        return { next: { notice: texts }, events: [changed(next, actor, clock())] }
      })
      known = undefined
      return events.length > 0
    },
  }
}

/** Another text is another version. */
function noticeOf(texts: NoticeTexts): SignUpNotice {
  const { purpose, consent, privacyUrl } = texts
  const said = [purpose.ko, purpose.en, consent.ko, consent.en, privacyUrl]
  if (said.every(text => text === '')) return { texts, version: null }
  const digest = createHash('sha256').update(JSON.stringify(said)).digest('base64url')
  return { texts, version: digest.slice(0, 16) }
}

function changed({ version }: SignUpNotice, actor: Actor, at: number): LogEvent {
  return {
    ...{ event: 'site.changed', at, actor, subject: { kind: 'site', id: 'notice' } },
    detail: { fields: ['notice'], ...(version !== null && { notice: version }) },
  }
}
