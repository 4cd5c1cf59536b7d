import { html } from '../server/markup.ts'
import { announcement } from './announcement.ts'
import { passwordField, problemBox } from './form.ts'
import type { PageContent } from './page-content.ts'
import { problemOf } from './problem.ts'
import type { RecoveryForm } from './view.ts'
import type { Words } from './vocabulary.ts'

/** The form keeps to the page's own address, which is the link. */
export function recoveryPage({ masked, error }: RecoveryForm, words: Words): PageContent {
  const { title, lead, submit } = words.recovery
  const problem = problemOf({ error }, words)
  const main = html`<h1>${title}</h1>
<p class="lead">${lead}</p>
<p class="came-from"><span>${words.account}</span> <strong>${masked}</strong></p>
<form method="post">
${problemBox(problem)}
${passwordField(words, 'new', problem)}
<button class="primary">${submit}</button>
</form>`
  return { title, main }
}

export function recoveredPage({ recovery: { done } }: Words): PageContent {
  return { title: done.title, main: announcement(done, ['done', 'check']) }
}
