import type { KioskView } from '@qrgate/sdk/protocol'
import { html, nothing } from 'lit'
import { mark } from '../look/icons.ts'
import type { Language } from '../look/language.ts'
import { languageSwitch } from '../look/language-switch.ts'
import type { Words } from './words.ts'

/** Where the visitor is, and in which language. */
export function header(
  words: Words,
  kiosk: KioskView | undefined,
  language: Language,
  offered: readonly Language[],
  onLanguage: (language: Language) => void,
) {
  return html`
    <header>
      <p class="place">
        <span class="mark">${mark}</span>
        ${
          kiosk
            ? html`<strong>${kiosk.site[language]}</strong> <span>${kiosk.name[language]}</span>`
            : nothing
        }
        ${kiosk?.mode === 'demo' ? html`<span class="tag">${words.demo}</span>` : nothing}
      </p>
      ${offered.length > 1 ? languageSwitch(words.languages, language, onLanguage, offered) : nothing}
    </header>`
}
