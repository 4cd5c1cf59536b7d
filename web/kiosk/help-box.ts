import { html } from 'lit'
import type { Words } from './words.ts'

export function helpBox(words: Words) {
  const { title, text, steps, close } = words.helpBox
  return html`
    <dialog aria-labelledby="help-title">
      <h2 id="help-title">${title}</h2>
      <p>${text}</p>
      <ol>${steps.map(step => html`<li>${step}</li>`)}</ol>
      <form method="dialog"><button class="primary close">${close}</button></form>
    </dialog>`
}
