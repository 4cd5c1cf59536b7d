import type { CountdownRing } from '@qrgate/sdk/screen-parts'
import { html } from 'lit'
import type { TextSize } from './preferences.ts'
import type { Words } from './words.ts'

export interface Leave {
  label: string
  act: () => void
  /** The seconds until it presses itself. */
  ring?: CountdownRing
}

interface Footer {
  textSize: TextSize
  /** The button on the left: what it says and does depends on the screen. */
  leave: Leave | undefined
  /** What the help button says. */
  help: string
  onTextSize: () => void
  onHelp: () => void
}

export function footer(words: Words, { textSize, leave, help, onTextSize, onHelp }: Footer) {
  const largest = textSize === 200
  return html`
    <footer>
      ${
        leave
          ? html`<button type="button" class="aside leave ${leave.ring?.counts ? 'counts' : ''}" @click=${leave.act}>
              ${leave.ring?.root} ${leave.label}
            </button>`
          : html`<span></span>`
      }
      <button type="button" class="aside enlarge" @click=${onTextSize}>
        <span class="letter" aria-hidden="true">${words.letter} ${largest ? '−' : '+'}</span>
        <span class="name">${largest ? words.smaller : words.larger}</span>
      </button>
      <button type="button" class="aside help" aria-haspopup="dialog" @click=${onHelp}>
        ${help}
      </button>
    </footer>`
}
