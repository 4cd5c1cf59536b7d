import '@qrgate/sdk/qr'
import { KioskPage } from './kiosk-page.ts'

customElements.define('kiosk-page', KioskPage)
