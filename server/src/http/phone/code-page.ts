import { html, type Markup } from '../server/markup.ts'
import type { PageContent } from './page-content.ts'
import { timed, visitorSentence } from './problem.ts'
import type { CodeForm, CodeProblem } from './view.ts'
import type { Words } from './vocabulary.ts'

/** The form keeps to the page's own address and its language. The keyboard of mail addresses is a Latin one, whatever else the visitor writes in. */
export function codePage({ typed, problem }: CodeForm, words: Words): PageContent {
  const { title, lead, label, submit, warning } = words.code
  const pointed = problem !== undefined && html` aria-invalid="true" aria-describedby="problem"`
  const main = html`<h1>${title}</h1>
<p class="lead">${lead}</p>
<form method="post" class="typing">
${problem !== undefined && html`<p class="problem" id="problem" role="alert">${told(problem, words)}</p>`}
<label for="user-code">${label}</label>
<input id="user-code" class="user-code" name="user_code" type="text" inputmode="email" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="go" maxlength="20" required autofocus value="${typed ?? ''}"${pointed}>
<button class="primary">${submit}</button>
</form>`
  return { title, main, footnote: html`<p>${warning}</p>` }
}

/** On the sign-in page: the code that led there, to be compared with the one on the screen. */
export function codeRow(userCode: string, words: Words): Markup {
  return html`<p class="came-from"><span>${words.code.typed}</span> <strong>${userCode}</strong></p>`
}

function told(problem: CodeProblem, words: Words): string {
  if (problem === 'unknown') return visitorSentence('user_code_unknown', words)
  return timed(visitorSentence('too_many_codes', words), problem.retryAfter, words)
}
