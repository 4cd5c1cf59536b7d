import type { Language } from '@qrgate/sdk/protocol'
import { html } from 'lit'

export type { Language }

/** The first of somebody's languages that is spoken here (RFC 4647 §3.4): `ko-KR` is `ko`, `kok` is not. */
export function preferredLanguage(ranges: readonly string[]): Language | undefined {
  // `kor` is the same language as `ko` (ISO 639-2).
  for (const range of ranges) {
    const [, korean, english] = /^(?:(kor?)|(eng?))(?:-|$)/i.exec(range) ?? []
    if (korean || english) return korean ? 'ko' : 'en'
  }
  return undefined
}

/** What the address asks for (`?lang=ko|en`), else the browser's. */
export function languageOf(search: string): Language {
  const asked = new URLSearchParams(search).get('lang')
  return preferredLanguage(asked === null ? navigator.languages : [asked]) ?? 'en'
}

/** Words of the address, e.g. `?services=exam,pay`; none where it has none. */
export function listed(name: string): string[] {
  return (new URLSearchParams(location.search).get(name) ?? '').split(',').filter(Boolean)
}

/** Sets a word of the page's own address, or takes it away, without another entry in the history. */
export function keepInAddress(name: string, value: string | undefined): void {
  const address = new URL(location.href)
  if (value === undefined) address.searchParams.delete(name)
  else address.searchParams.set(name, value)
  history.replaceState(history.state, '', address)
}

/** E.g. `10:24`, by the clock of the place. @param zone IANA; the browser's where it is not known. */
export function timeOf(at: number, zone: string | undefined): string {
  const parts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
  return new Intl.DateTimeFormat('en', { ...parts, timeZone: zone }).format(at)
}

/** Two buttons; the choice stays in the address. */
export function languageSwitch(current: Language, onChoice: (language: Language) => void) {
  const choose = (language: Language) => {
    keepInAddress('lang', language)
    onChoice(language)
  }
  return html`
    <div class="choice languages" role="group" aria-label=${current === 'ko' ? '언어 선택' : 'Language'}>
      ${(['ko', 'en'] as const).map(
        language => html`
          <button type="button" lang=${language} aria-pressed=${language === current}
            @click=${() => choose(language)}>${language === 'ko' ? '한국어' : 'English'}</button>`,
      )}
    </div>`
}
