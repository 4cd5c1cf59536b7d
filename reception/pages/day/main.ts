import { DayPage } from './day-page.ts'

customElements.define('day-page', DayPage)
