import { html, type Markup } from '../server/markup.ts'

export type IconName =
  | 'place'
  | 'check'
  | 'cross'
  | 'clock'
  | 'attention'
  | 'waiting'
  | 'bell'
  | 'person'
  | 'arrow'
  | 'passkey'
  | 'phone'
  | 'key'
  | 'download'
  | 'bin'
  | 'chevron'
  | 'plus'

const shapes: Record<IconName, Markup> = {
  place: html`<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21z" /><circle cx="12" cy="9.5" r="2.5" />`,
  check: html`<path d="m5 12.5 4.5 4.5L19 7.5" />`,
  cross: html`<path d="m7 7 10 10M17 7 7 17" />`,
  clock: html`<circle cx="12" cy="12" r="8" /><path d="M12 7.5V12l3 2" />`,
  attention: html`<path d="M12 5.5v8M12 18v.2" />`,
  bell: html`<path d="M6.5 16.5v-5a5.5 5.5 0 0 1 11 0v5l1.5 1.5H5zM10.5 21h3" />`,
  person: html`<circle cx="12" cy="7.5" r="3" /><path d="M6.5 19a5.5 5.5 0 0 1 11 0" />`,
  passkey: html`<path d="M6 11a6 6 0 0 1 12 0v2M9 19.5c.6-1.6 1-3.6 1-6V11a2 2 0 0 1 4 0v2.5c0 2.500-.4 4.700-1.200 6.500M6 13.500v2M17.600 16.500c-.2 1.200-.5 2.200-.9 3" />`,
  phone: html`<rect x="7" y="3" width="10" height="18" rx="2.500" /><path d="M11 17.500h2" />`,
  key: html`<circle cx="8" cy="15" r="4" /><path d="m11 12 8-8M16 7l3 3M13.500 9.500l2 2" />`,
  download: html`<path d="M12 4.500v11M7.500 11l4.500 4.500 4.500-4.500M5 19.500h14" />`,
  bin: html`<path d="M5 7h14M10 7V4.500h4V7M7 7l.8 12.500h8.400L17 7M10.500 11v5M13.500 11v5" />`,
  plus: html`<path d="M12 5v14M5 12h14" />`,
  chevron: html`<path d="m9 5.500 6.500 6.500L9 18.500" />`,
  arrow: html`<path d="M4.5 12h15M13.5 6l6 6-6 6" />`,
  waiting: html`<circle class="track" cx="12" cy="12" r="9" /><path d="M12 3a9 9 0 0 1 9 9" />`,
}

/** Decoration only: the words beside it say the same. */
export function icon(name: IconName): Markup {
  return html`<svg class="icon icon-${name}" viewBox="0 0 24 24" aria-hidden="true">${shapes[name]}</svg>`
}
