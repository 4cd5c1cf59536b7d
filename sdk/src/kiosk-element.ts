import { KioskElement } from './element/kiosk.ts'
import type { KioskStep } from './element/step.ts'
import type { ClaimAnswer } from './protocol.ts'

export { addressToType, spelled } from './element/code-help.ts'
export type { KioskState, KioskStep } from './element/step.ts'
export { clockFace } from './element/time-left.ts'
export { KioskElement }

declare global {
  interface HTMLElementTagNameMap {
    'qrgate-kiosk': KioskElement
  }
  interface HTMLElementEventMap {
    'qrgate-state': CustomEvent<KioskStep>
    'qrgate-claimed': CustomEvent<ClaimAnswer>
    'qrgate-trouble': CustomEvent<{ code: string }>
  }
}

// A page may load two copies of the SDK; the first one stays.
if (globalThis.customElements && !customElements.get('qrgate-kiosk')) {
  customElements.define('qrgate-kiosk', KioskElement)
}
