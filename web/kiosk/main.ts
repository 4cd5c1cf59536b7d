import '@qrgate/sdk/kiosk-element'
import { KioskPage } from './kiosk-page.ts'

customElements.define('kiosk-page', KioskPage)
