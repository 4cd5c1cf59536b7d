import { html, type Markup } from '../server/markup.ts'
import {
  accountField,
  actionForm,
  carryOn,
  invitationField,
  nameField,
  passwordField,
  problemBox,
  progressLine,
  rememberField,
  scriptInput,
  timeLine,
  toldLine,
} from './form.ts'
import type { PageContent } from './page-content.ts'
import { problemOf } from './problem.ts'
import type { SignUpForm } from './view.ts'
import type { Words } from './vocabulary.ts'

export function signUpPage(form: SignUpForm, words: Words): PageContent {
  const problem = problemOf(form, words)
  const { title, lead, submit, back } = words.signUp
  const fields = html`
${problemBox(problem)}
${form.invited && invitationField(words, form.invitation, problem)}
${accountField(words, form.accountId, problem)}
${nameField(words, form.name, problem)}
${passwordField(words, 'new', problem)}
${rememberField(form, words)}
${toldLine(form, words)}
${notice(form, words)}
<button class="primary">${submit}</button>`

  const main = html`${scriptInput(form, words)}
<h1>${title}</h1>
<p class="lead">${lead}</p>
${actionForm(form, 'sign-up', fields)}
${carryOn(form, { next: '' }, 'plain', back)}
${timeLine(form, words)}
${progressLine()}`

  return { title, main, footnote: html`<p>${words.signIn.warning}</p>` }
}

/** What the data are for, what signing up agrees to, and where more is said. */
function notice({ notice }: SignUpForm, words: Words): Markup | null {
  if (!notice) return null
  const { purpose, consent, privacyUrl, version } = notice
  if (version === null) return null
  const link =
    privacyUrl !== '' &&
    html`<a href="${privacyUrl}" target="_blank" rel="noopener">${words.signUp.privacy}</a>`
  const lines = [purpose, consent, link].filter(Boolean)
  return html`<p class="notice">${lines.map(line => html`<span>${line}</span> `)}</p>
<input type="hidden" name="notice" value="${version}">`
}
