import type { Language } from '../look/language.ts'

/**
 * The address a phone's camera would open, moved to this page's own origin.
 * A QR spells its address in upper case and may name the gate by another host than this window does.
 */
export function scannedAddress(qr: string, language: Language): string {
  const { pathname, search } = new URL(qr)
  const address = new URL(pathname + search, location.origin)
  address.searchParams.set('lang', language)
  return address.href
}
