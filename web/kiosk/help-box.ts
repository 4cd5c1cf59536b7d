import { html } from 'lit'
import type { Words } from './words.ts'

export function helpBox(words: Words) {
  const { title, text, instructions, close } = words.helpBox
  return html`
    <dialog aria-labelledby="help-title">
      <h2 id="help-title">${title}</h2>
      <p>${text}</p>
      <ol>${instructions.map(instruction => html`<li>${instruction}</li>`)}</ol>
      <form method="dialog"><button class="primary close">${close}</button></form>
    </dialog>`
}
