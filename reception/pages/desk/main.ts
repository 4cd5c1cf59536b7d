import { html, render } from 'lit'
import { howToOpen } from '../look/how-to-open.ts'
import { mark } from '../look/icons.ts'
import { languageOf } from '../look/language.ts'
import { DeskPage } from './desk-page.ts'
import { openDesk } from './session.ts'
import { wordsIn } from './words.ts'

const language = languageOf(location.search)
const say = wordsIn(language)
document.documentElement.lang = language

async function open(): Promise<void> {
  const session = await openDesk()
  if (session === 'open') {
    document.querySelector('.locked')?.remove()
    return customElements.define('desk-page', DeskPage)
  }
  const isKnown = session === 'no_desk' || session === 'link_used'
  if (!isKnown) setTimeout(open, 2_000)
  const title = say(session === 'link_used' ? 'usedLink' : isKnown ? 'locked' : 'connecting')
  document.title = title
  render(
    html`<main class="locked">
      <span class="mark">${mark}</span><h1>${title}</h1>
      ${isKnown ? howToOpen(language, say('howTo')) : ''}
    </main>`,
    document.body,
  )
}

// A browser that is too old has taken the element away; the link is kept for one that is not.
if (document.querySelector('desk-page')) void open()
