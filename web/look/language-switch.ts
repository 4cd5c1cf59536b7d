import { html } from 'lit'
import { type Language, languageNames } from './language.ts'

export function languageSwitch(
  label: string,
  current: Language,
  onChoice: (language: Language) => void,
  offered: readonly Language[] = ['ko', 'en'],
) {
  return html`
    <div class="languages" role="group" aria-label=${label}>
      ${offered.map(
        language => html`
          <button type="button" lang=${language} aria-pressed=${language === current}
            @click=${() => onChoice(language)}>${languageNames[language]}</button>`,
      )}
    </div>`
}
