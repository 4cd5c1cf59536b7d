import { html } from 'lit'
import type { TextSize } from './preferences.ts'
import type { Words } from './words.ts'

interface Footer {
  textSize: TextSize
  /** The button on the left: what it says and does depends on the screen. */
  leave: { label: string; act: () => void } | undefined
  onTextSize: () => void
  onHelp: () => void
}

export function footer(words: Words, { textSize, leave, onTextSize, onHelp }: Footer) {
  const largest = textSize === 200
  return html`
    <footer>
      ${
        leave
          ? html`<button type="button" class="aside leave" @click=${leave.act}>${leave.label}</button>`
          : html`<span></span>`
      }
      <button type="button" class="aside enlarge" @click=${onTextSize}>
        <span class="letter" aria-hidden="true">${words.letter} ${largest ? '−' : '+'}</span>
        <span class="name">${largest ? words.smaller : words.larger}</span>
      </button>
      <button type="button" class="aside help" aria-haspopup="dialog" @click=${onHelp}>
        ${words.help}
      </button>
    </footer>`
}
