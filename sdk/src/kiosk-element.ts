import './qr.ts'
import { KioskElement } from './element/kiosk.ts'
import type { TroubleCause, TroubleDetail } from './element/trouble-report.ts'
import type { ClaimAnswer, HandOffView } from './protocol.ts'
import type { ScreenUpdate } from './screen-update.ts'

export type { KioskState, ScreenUpdate } from './screen-update.ts'
export { KioskElement, type TroubleCause, type TroubleDetail }

declare global {
  interface HTMLElementTagNameMap {
    'qrgate-kiosk': KioskElement
  }
  // They bubble, so document and window hear them as well.
  interface GlobalEventHandlersEventMap {
    'qrgate-state': CustomEvent<ScreenUpdate>
    'qrgate-claimed': CustomEvent<ClaimAnswer>
    'qrgate-service': CustomEvent<HandOffView>
    'qrgate-trouble': CustomEvent<TroubleDetail>
  }
}

// A page may load two copies of the SDK; the first one stays.
if (globalThis.customElements && !customElements.get('qrgate-kiosk')) {
  customElements.define('qrgate-kiosk', KioskElement)
}
