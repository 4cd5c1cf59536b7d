import { loadFontRules } from '../look/font-rules.ts'
import { DemoPage } from './demo-page.ts'

customElements.define('demo-page', DemoPage)
loadFontRules()
