import { html } from '../server/markup.ts'
import { announcement } from './announcement.ts'
import type { PageContent } from './page-content.ts'
import type { InvitedPage } from './view.ts'
import type { Words } from './vocabulary.ts'

/** The code itself is for another phone, or a browser that keeps nothing. */
export function invitedPage({ code }: InvitedPage, words: Words): PageContent {
  const main = html`${announcement(words.invited, ['done', 'check'])}
<p class="came-from"><span>${words.signUp.invitation}</span> <strong>${code}</strong></p>`
  return { title: words.invited.title, main }
}
