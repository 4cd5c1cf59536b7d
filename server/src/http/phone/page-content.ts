import type { Markup } from '../server/markup.ts'

/** What a page kind puts between the place and the language switch. */
export interface PageContent {
  title: string
  main: Markup
  footnote?: Markup
}
