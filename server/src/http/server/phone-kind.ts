import type { PhoneKind } from '@qrgate/sdk/protocol'

/** By what a browser says of itself. */
export function phoneKind(userAgent = ''): PhoneKind {
  if (/iPhone|iPad|iPod/.test(userAgent)) return 'iphone'
  return /Android/.test(userAgent) ? 'android' : 'other'
}
