import type { OwnEvent } from '../../signin/own-account.ts'
import type { Language } from '../server/language.ts'
import { html } from '../server/markup.ts'
import type { SayTime } from './moments.ts'
import type { OwnContent } from './shell.ts'
import { type OwnWords, type ToldEvent, toldEvents } from './words.ts'

const isTold = (event: string): event is ToldEvent =>
  (toldEvents as readonly string[]).includes(event)

/** When, where and what, the newest first. */
export function historyPage(
  events: readonly OwnEvent[],
  { lang, time }: { lang: Language; time: SayTime },
  { history: words, back }: OwnWords,
): OwnContent {
  const rows = events.flatMap(({ at, event, kiosk }) => {
    if (!isTold(event)) return []
    const more = [kiosk?.[lang], time(at)].filter(Boolean).join(' · ')
    return html`<li class="row"><p class="about"><strong>${words.events[event]}</strong> <span>${more}</span></p></li>`
  })
  const list =
    rows.length > 0 ? html`<ul class="rows">${rows}</ul>` : html`<p class="none">${words.none}</p>`
  const main = html`<h1>${words.title}</h1>
${list}
<a class="plain" href="/me">${back}</a>`
  return { title: words.title, main }
}
