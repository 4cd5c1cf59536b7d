import { createHash } from 'node:crypto'
import type { Localized } from '@qrgate/sdk/protocol'

/** What whoever signs up is shown, as it is set; an empty text says nothing. */
export interface NoticeTexts {
  purpose: Localized
  consent: Localized
  privacyUrl: string
}

/**
 * Names what was shown, so that what somebody has agreed to can be told later: another text is another version.
 * @returns null where nothing is shown.
 */
export function noticeVersion({ purpose, consent, privacyUrl }: NoticeTexts): string | null {
  const texts = [purpose.ko, purpose.en, consent.ko, consent.en, privacyUrl]
  if (texts.every(text => text === '')) return null
  return createHash('sha256').update(JSON.stringify(texts)).digest('base64url').slice(0, 16)
}
