import { html } from 'lit'
import type { Language } from './language.ts'

/** A demo has no command beside it that prints another link; its start prints one. */
const inDemo: Record<Language, string> = {
  ko: '터미널에서 Ctrl+C로 데모를 멈추고 다시 시작한 다음, 새로 나온 주소를 이 브라우저에서 1시간 안에 열어 주세요. 한 번만 쓸 수 있습니다.',
  en: 'In the terminal, stop the demo with Ctrl+C and start it again. Open the new address it prints in this browser within an hour. It works once.',
}

/** Reception answers below a path only where a demo has it in its own process. */
const isInDemo = () => location.pathname.startsWith('/reception/')

/** How this browser becomes a desk. @param byCommand what to say above the command. */
export function howToOpen(language: Language, byCommand: string) {
  if (isInDemo()) return html`<p>${inDemo[language]}</p>`
  return html`<p>${byCommand}</p><code>qrgate-reception desk</code>`
}
