import { html } from 'lit'
import { check } from '../look/icons.ts'
import type { Words } from './words.ts'

/** The 1-2-3 bar; `reached` is the part under way, 4 when all are over. */
export function progress(words: Words, reached: 1 | 2 | 3 | 4) {
  const { label, scan, signIn, done, over } = words.progress
  return html`
    <ol class="progress" aria-label=${label}>
      ${[scan, signIn, done].map((name, index) => {
        const number = index + 1
        const isOver = number < reached
        const isPresent = number === Math.min(reached, 3)
        return html`
          <li class=${isOver ? 'over' : ''} aria-current=${isPresent ? 'step' : 'false'}>
            <span class="number" aria-hidden="true">${isOver ? check : number}</span>
            <span class="name">${name}${isOver ? html`<span class="unseen"> ${over}</span>` : ''}</span>
          </li>`
      })}
    </ol>`
}
