import { announcement } from '../phone/announcement.ts'
import { problemBox } from '../phone/form.ts'
import { html } from '../server/markup.ts'
import type { OwnContent } from './shell.ts'
import type { OwnWords } from './words.ts'

/** The question before an account is deleted. @param isWrong another id was typed. */
export function removalPage(isWrong: boolean, { removal: words, back }: OwnWords): OwnContent {
  const problem = isWrong ? { sentence: words.wrong, field: null } : null
  const wrong = isWrong && html` aria-invalid="true" autofocus`
  const main = html`<h1>${words.title}</h1>
${words.text.map(sentence => html`<p class="lead">${sentence}</p>`)}
<form class="entry" method="post" action="/me/delete">
${problemBox(problem)}
<div class="field">
<label for="account">${words.label}</label>
<input id="account" name="account" type="text" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" maxlength="256" required aria-describedby="problem"${wrong}>
</div>
<button class="secondary danger">${words.submit}</button>
</form>
<a class="plain" href="/me">${back}</a>`
  return { title: words.title, main }
}

/** Once it was asked for. */
export function removalAskedPage({ removal: { done } }: OwnWords): OwnContent {
  return { title: done.title, main: announcement(done, ['quiet', 'check']) }
}
