import { html } from 'lit'
import type { StaffCallState } from './staff-call.ts'
import type { Words } from './words.ts'

interface HelpBox {
  /** How a call for staff stands; absent where nobody would hear of one. */
  staffCall: StaffCallState | undefined
  /** Somebody has signed in: how to do that helps nobody. */
  visit: boolean
  onCall: () => void
}

export function helpBox(words: Words, { staffCall, visit, onCall }: HelpBox) {
  const { title, text, instructions, close } = words.helpBox
  const said = staffCall ? words.staffCall.said[staffCall] : ''
  return html`
    <dialog aria-labelledby="help-title">
      <h2 id="help-title">${staffCall ? words.staffCall.title : title}</h2>
      ${
        staffCall
          ? html`
              <p class="call-said" role="status">${said}</p>
              <button type="button" class="primary call" aria-disabled=${staffCall === 'calling'}
                ?hidden=${staffCall === 'coming' || staffCall === 'repeated'} @click=${onCall}>
                ${words.staffCall.call}
              </button>
              ${visit ? '' : html`<p>${words.staffCall.alone}</p>`}`
          : html`<p>${text}</p>`
      }
      ${
        staffCall && visit
          ? ''
          : html`<ol>${instructions.map(instruction => html`<li>${instruction}</li>`)}</ol>`
      }
      <form method="dialog">
        <button class=${staffCall ? 'close' : 'primary close'}>${close}</button>
      </form>
    </dialog>`
}
