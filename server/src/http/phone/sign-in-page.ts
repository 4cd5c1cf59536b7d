import { html, type Markup } from '../server/markup.ts'
import { codeRow } from './code-page.ts'
import {
  accountField,
  actionForm,
  carryOn,
  outdatedMessage,
  passwordField,
  problemBox,
  progressLine,
  rememberField,
  scriptInput,
  timeLine,
  toldLine,
} from './form.ts'
import { icon } from './icon.ts'
import type { PageContent } from './page-content.ts'
import { problemOf } from './problem.ts'
import type { PasskeyOffer, SignInForm } from './view.ts'
import type { Words } from './vocabulary.ts'

export function signInPage(form: SignInForm, words: Words): PageContent {
  const problem = problemOf(form, words)
  const { title, lead, submit, deny, warning } = words.signIn
  const fields = html`
${problemBox(problem)}
${accountField(words, form.accountId, problem)}
${passwordField(words, 'current', problem)}
${rememberField(form, words)}
${toldLine(form, words)}
<button class="primary">${submit}</button>`

  const main = html`${scriptInput(form, words)}
<h1>${title}</h1>
<p class="lead">${lead}</p>
${form.userCode !== undefined && codeRow(form.userCode, words)}
${form.receipt !== undefined && beforeTheScan(form, words)}
${form.passkey?.first && passkeyForm(form, form.passkey, words)}
<div class="choice">
${actionForm(form, 'sign-in', fields)}
${actionForm(form, 'deny', html`<button class="secondary">${deny}</button>`)}
</div>
${form.passkey?.first === false && passkeyForm(form, form.passkey, words)}
${timeLine(form, words)}
${progressLine()}`

  const footnote = html`${form.registration && newHere(form, words)}
<p>${form.userCode === undefined ? warning : words.code.warning}</p>`

  return { title, main, footnote }
}

/**
 * What is there only until the scan is committed: without script the button that commits it, with
 * script what it shows where the receipt has run out before the gate was reached.
 */
function beforeTheScan(form: SignInForm, words: Words): Markup {
  const ask = actionForm(form, 'scan', html`<button class="primary">${words.signIn.goOn}</button>`)
  return html`<noscript>${ask}</noscript>
${outdatedMessage(words)}`
}

/**
 * Hidden until the script finds that the browser has passkeys. First where one was made or used; elsewhere
 * below the form, as a way for whoever has theirs from another device.
 */
function passkeyForm(
  form: SignInForm,
  { first, challenge, rpId }: PasskeyOffer,
  words: Words,
): Markup {
  const { use, or } = words.passkey
  const button = html`${toldLine(form, words)}
<input type="hidden" name="credential">
<button class="${first ? 'primary' : 'plain'}">${icon('passkey')} ${use}</button>`
  const divider = first && html`<p class="or"><span>${or}</span></p>`
  return html`<div class="passkey" data-passkey="${challenge}" data-domain="${rpId}" hidden>
${actionForm(form, 'passkey', button)}
${divider}
</div>`
}

function newHere(form: SignInForm, words: Words): Markup {
  const { newHere: question, signUp } = words.signIn
  return html`<p>${question} ${carryOn(form, { next: 'sign-up' }, 'link', signUp)}</p>`
}
