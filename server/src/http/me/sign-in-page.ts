import { accountField, passwordField, problemBox } from '../phone/form.ts'
import { icon } from '../phone/icon.ts'
import type { Problem } from '../phone/problem.ts'
import type { PasskeyOffer } from '../phone/view.ts'
import type { Words } from '../phone/vocabulary.ts'
import { html, type Markup } from '../server/markup.ts'
import type { OwnContent } from './shell.ts'
import type { OwnWords } from './words.ts'

/** Where somebody says who they are. */
export interface OwnSignIn {
  site: string
  accountId?: string | undefined
  problem: Problem | null
  passkey: (PasskeyOffer & { visit: string }) | undefined
}

export function ownSignInPage(form: OwnSignIn, own: OwnWords, words: Words): OwnContent {
  const { lead, submit, warning } = own.signIn
  const { passkey, problem } = form
  const main = html`<header class="place">
<span class="pin">${icon('person')}</span>
<p><strong>${form.site}</strong></p>
</header>
<h1>${own.title}</h1>
<p class="lead">${lead}</p>
${passkey?.first && passkeyForm(passkey, words)}
<form class="entry" method="post" action="/me/sign-in" data-action="sign-in">
${problemBox(problem)}
${accountField(words, form.accountId, problem)}
${passwordField(words, 'current', problem)}
<button class="primary">${submit}</button>
</form>
${passkey?.first === false && passkeyForm(passkey, words)}`
  return { title: own.title, main, footnote: warning }
}

/** Hidden until the script finds that the browser has passkeys; as on the page of a sign-in. */
function passkeyForm(
  { first, challenge, rpId, visit }: PasskeyOffer & { visit: string },
  { passkey }: Words,
): Markup {
  return html`<div class="passkey" data-passkey="${challenge}" data-domain="${rpId}" hidden>
<form method="post" action="/me/passkey">
<input type="hidden" name="visit" value="${visit}">
<input type="hidden" name="credential">
<button class="${first ? 'primary' : 'plain'}">${icon('passkey')} ${passkey.use}</button>
</form>
${first && html`<p class="or"><span>${passkey.or}</span></p>`}
</div>`
}
