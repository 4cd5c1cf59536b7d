import '@qrgate/sdk/qr'
import { loadFontRules } from '../look/font-rules.ts'
import { KioskPage } from './kiosk-page.ts'

customElements.define('kiosk-page', KioskPage)
loadFontRules()
