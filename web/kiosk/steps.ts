import { html } from 'lit'
import { check } from '../look/icons.ts'
import type { Words } from './words.ts'

/** The 1-2-3 bar; `reached` is the step being taken, 4 when all are over. */
export function steps(words: Words, reached: 1 | 2 | 3 | 4) {
  const names = [words.steps.scan, words.steps.signIn, words.steps.done]
  return html`
    <ol class="steps" aria-label=${words.steps.label}>
      ${names.map((name, index) => {
        const step = index + 1
        const over = step < reached
        return html`
          <li class=${over ? 'over' : ''} aria-current=${step === Math.min(reached, 3) ? 'step' : 'false'}>
            <span class="number" aria-hidden="true">${over ? check : step}</span>
            <span class="name">${name}${over ? html`<span class="unseen"> ${words.steps.over}</span>` : ''}</span>
          </li>`
      })}
    </ol>`
}
