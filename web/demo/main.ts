import { DemoPage } from './demo-page.ts'

customElements.define('demo-page', DemoPage)
