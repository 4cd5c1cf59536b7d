import type { Language } from '../look/language.ts'

/** As the gate reads them; a QR is no larger by it. */
const letters: Record<Language, string> = { ko: 'K', en: 'E' }

/** A QR's address that says which language was chosen at this screen, for the phone that scans it. */
export function hintedAddress(qr: string, chosen: Language | undefined): string {
  return chosen === undefined ? qr : qr.replace(/(?<!\/)\/q\//i, `/${letters[chosen]}/`)
}
