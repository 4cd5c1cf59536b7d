import { html, type Markup } from '../server/markup.ts'
import { codeRow } from './code-page.ts'
import {
  actionForm,
  carryOn,
  outdatedMessage,
  problemBox,
  progressLine,
  scriptInput,
  timeLine,
  toldLine,
} from './form.ts'
import type { PageContent } from './page-content.ts'
import type { OneTapForm } from './view.ts'
import type { Words } from './vocabulary.ts'

/** For whoever comes back on a phone that is remembered: who it is, and two answers of the same weight. */
export function oneTapPage(
  form: OneTapForm & { userCode?: string | undefined },
  words: Words,
): PageContent {
  const { oneTap } = words
  const { masked } = form.account
  const title = form.told ? oneTap.titleServed : oneTap.title
  const [before, after] = oneTap.shown
  const approve = html`${toldLine(form, words)}
<button class="primary">${oneTap.approve}</button>`

  const main = html`${scriptInput(form, words)}
<h1>${title}</h1>
<p class="lead">${before}<strong>${masked}</strong>${after}</p>
${form.userCode !== undefined && codeRow(form.userCode, words)}
${accountCard(form, words)}
${form.receipt !== undefined && outdatedMessage(words)}
<div class="choice low">
${problemBox(null)}
${actionForm(form, 'approve', approve)}
${actionForm(form, 'deny', html`<button class="secondary">${oneTap.decline}</button>`)}
</div>
${timeLine(form, words)}
${progressLine()}`

  return { title, main, footnote: html`<p>${oneTap.warning}</p>` }
}

/** In the place card, as long as nothing but the scan has happened: whoever did not scan should not approve. */
export function justScanned(
  { receipt, userCode }: OneTapForm & { userCode?: string | undefined },
  words: Words,
): Markup | null {
  const isScan = receipt !== undefined && userCode === undefined
  return isScan ? html`<p class="beside">${words.oneTap.justScanned}</p>` : null
}

function accountCard(form: OneTapForm, words: Words): Markup {
  const { name, id } = form.account
  const shown = name === '' ? id : name
  return html`<div class="account">
<span class="initial" aria-hidden="true">${[...shown][0]}</span>
<p><strong>${shown}</strong>${name !== '' && html` <span>${id}</span>`}</p>
${carryOn(form, { next: 'sign-in' }, 'link', words.oneTap.another)}
</div>`
}
