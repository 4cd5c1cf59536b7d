import { html, type Markup } from '../server/markup.ts'
import {
  accountField,
  actionForm,
  nameField,
  passwordField,
  problemBox,
  progressLine,
  scriptInput,
  toldLine,
} from './form.ts'
import type { PageContent } from './page-content.ts'
import { problemOf } from './problem.ts'
import type { SignUpForm } from './view.ts'
import type { Words } from './vocabulary.ts'

export function signUpPage(form: SignUpForm, words: Words): PageContent {
  const problem = problemOf(form.error, words)
  const { title, lead, submit } = words.signUp
  const fields = html`
${problemBox(problem)}
${accountField(words, form.accountId, problem)}
${nameField(words, form.name, problem)}
${passwordField(words, 'new', problem)}
${toldLine(form, words)}
<button class="primary">${submit}</button>`

  const main = html`${scriptInput(form, words)}
<h1>${title}</h1>
<p class="lead">${lead}</p>
${actionForm(form, 'sign-up', fields)}
${backToSignIn(form, words)}
${progressLine()}`

  return { title, main, footnote: html`<p>${words.signIn.warning}</p>` }
}

function backToSignIn(form: SignUpForm, words: Words): Markup {
  const { back } = words.signUp
  if (form.receipt === undefined) return html`<a class="plain" href="/s/${form.id}">${back}</a>`
  return actionForm(form, 'scan', html`<button class="plain">${back}</button>`)
}
