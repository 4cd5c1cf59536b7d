import type { Localized } from '@qrgate/sdk/protocol'
import Type, { type Static } from 'typebox'
import { readsJson } from './json-document.ts'
import { field, longText } from './shown-text.ts'

const both = Type.Object(
  { ko: longText, en: longText },
  field('`{"ko": "…", "en": "…"}`, plain text of 1 to 500 characters each', ''),
)

/** The notice of the sign-up form as an operator writes it; what is left out is not said. */
const noticeSchema = Type.Object(
  {
    purpose: Type.Optional(both),
    consent: Type.Optional(both),
    privacy_url: Type.Optional(
      Type.String({
        pattern: '^https?://[^\\s/?#]+\\S*$',
        maxLength: 500,
        ...field('an address like https://www.example.org/privacy', ''),
      }),
    ),
  },
  {
    additionalProperties: false,
    ...field('a JSON object of `purpose`, `consent` and `privacy_url`', ''),
  },
)

const read = readsJson(noticeSchema, 'The notice')

/** What whoever signs up is told; an empty text says nothing. */
export interface NoticeTexts {
  /** What their data are for. */
  purpose: Localized
  /** What signing up agrees to. */
  consent: Localized
  /** Where the privacy notice stands. */
  privacyUrl: string
}

/** Reads what an operator has written; what is wrong with it is said in sentences that name the field. */
export function readNotice(text: string): NoticeTexts | { faults: string[] } {
  const document = read(text)
  if ('faults' in document) return document
  const { purpose = nothing, consent = nothing, privacy_url: privacyUrl = '' } = document.value
  return { purpose, consent, privacyUrl }
}

/** The same as a document. */
export function noticeDocument({
  purpose,
  consent,
  privacyUrl,
}: NoticeTexts): Static<typeof noticeSchema> {
  return {
    ...(isSaid(purpose) && { purpose }),
    ...(isSaid(consent) && { consent }),
    ...(privacyUrl !== '' && { privacy_url: privacyUrl }),
  }
}

const nothing: Localized = { ko: '', en: '' }

function isSaid({ ko, en }: Localized): boolean {
  return ko !== '' || en !== ''
}
