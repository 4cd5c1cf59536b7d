import { problemBox } from '../phone/form.ts'
import type { Problem } from '../phone/problem.ts'
import { html, type Markup } from '../server/markup.ts'
import type { OwnContent } from './shell.ts'
import type { OwnWords } from './words.ts'

export interface PasswordForm {
  /** Whether the present one is asked for: not where somebody has just proven who they are. */
  asks: boolean
  /** For password managers: whose it is. */
  accountId: string
  problem: (Pick<Problem, 'sentence'> & { field: 'current' | 'password' | null }) | null
}

export function passwordPage(form: PasswordForm, { password: words, back }: OwnWords): OwnContent {
  const { asks, accountId, problem } = form
  const main = html`<h1>${words.title}</h1>
<p class="lead">${words.text}</p>
<form class="entry" method="post" action="/me/password">
${problemBox(problem && { sentence: problem.sentence, field: null })}
<input type="text" name="username" autocomplete="username" value="${accountId}" hidden>
${asks && field('current', words.current, problem)}
${field('password', words.next, problem, words.hint)}
<button class="primary">${words.submit}</button>
</form>
<a class="plain" href="/me">${back}</a>`
  return { title: words.title, main }
}

function field(
  name: 'current' | 'password',
  label: string,
  problem: PasswordForm['problem'],
  hint?: string,
): Markup {
  const isNew = name === 'password'
  const wrong = problem?.field === name && html` aria-invalid="true" autofocus`
  return html`<div class="field">
<label for="${name}">${label}${hint !== undefined && html` <span class="hint">${hint}</span>`}</label>
<input id="${name}" name="${name}" type="password" autocomplete="${isNew ? 'new' : 'current'}-password" autocapitalize="none" required${isNew && html` minlength="8"`} aria-describedby="problem"${wrong}>
</div>`
}
