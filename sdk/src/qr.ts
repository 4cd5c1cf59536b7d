import { QrElement } from './element/qr-element.ts'

export { QrElement }

declare global {
  interface HTMLElementTagNameMap {
    'qrgate-qr': QrElement
  }
}

// A page may load two copies of the SDK; the first one stays.
if (globalThis.customElements && !customElements.get('qrgate-qr')) {
  customElements.define('qrgate-qr', QrElement)
}
