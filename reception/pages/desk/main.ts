import { DeskPage } from './desk-page.ts'

customElements.define('desk-page', DeskPage)
