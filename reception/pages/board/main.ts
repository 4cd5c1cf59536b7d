import { BoardPage } from './board-page.ts'

customElements.define('board-page', BoardPage)
