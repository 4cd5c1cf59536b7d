import type { CreationOptions } from '../../accounts/passkeys.ts'
import { html, type Markup } from '../server/markup.ts'
import { icon } from './icon.ts'
import type { Words } from './vocabulary.ts'

/**
 * The offer to make a passkey, under what the visitor came for and never instead of it. Hidden until the script
 * finds that the browser makes them, and that it was not told to stop asking.
 */
export function newPasskeyCard(
  id: string,
  options: CreationOptions | undefined,
  words: Words,
): Markup | null {
  if (!options) return null
  const { offer, made, notMade } = words.passkey
  const { title, points, make, later, never } = offer
  const said = JSON.stringify({ checking: words.progress.checking, made, notMade })
  return html`<section class="new-passkey" data-part="new-passkey" data-kept data-new-passkey="/s/${id}/passkeys" data-options="${JSON.stringify(options)}" data-words="${said}" aria-labelledby="new-passkey" hidden>
<h2 id="new-passkey">${icon('passkey')} ${title}</h2>
<ul>${points.map(point => html`<li>${icon('check')} ${point}</li>`)}</ul>
<p class="problem" role="alert" hidden></p>
<button type="button" class="primary" data-make>${make}</button>
<div class="answers"><button type="button" class="plain" data-later>${later}</button> <button type="button" class="plain" data-never>${never}</button></div>
<p class="made" role="status"></p>
</section>`
}
