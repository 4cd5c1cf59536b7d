import type { Language } from '../server/language.ts'
import { html, type Markup, raw } from '../server/markup.ts'
import { noscriptCss, type PageAssets } from './assets.ts'
import { codePage } from './code-page.ts'
import { carryOn, sameForm } from './form.ts'
import { cancelPage, handOffPage, liveMark } from './hand-off-page.ts'
import { icon } from './icon.ts'
import { invitedPage } from './invited-page.ts'
import { justScanned, oneTapPage } from './one-tap-page.ts'
import { notMePage, obstaclePage, outcomePage } from './outcome-page.ts'
import type { PageContent } from './page-content.ts'
import { recoveredPage, recoveryPage } from './recovery-page.ts'
import { signInPage } from './sign-in-page.ts'
import { signUpPage } from './sign-up-page.ts'
import type { EntryForm, PhoneView, Place } from './view.ts'
import type { Words } from './vocabulary.ts'
import { words } from './words.ts'

export type {
  CodeProblem,
  NoticeOnPage,
  OneTapForm,
  PasskeyOffer,
  PhoneView,
  Place,
  ToldOnPage,
} from './view.ts'

/**
 * A page for the visitor's phone, whole: one response carries its styles and its scripts.
 * Their text is constant, so that the content security policy can allow them by hash.
 */
export function renderPage(view: PhoneView, lang: Language, ...assets: PageAssets[]): string {
  const { title, main, footnote } = contentOf(view, words[lang])
  const page = html`<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<meta name="format-detection" content="telephone=no">
<meta name="robots" content="noindex">
<meta name="referrer" content="same-origin">
<link rel="icon" href="data:,">
<title>${title}${view.place && ` · ${view.place.site}`}</title>
${refreshWithoutScript(view)}
${assets.map(({ css }) => css !== '' && html`<style>${raw(css)}</style>`)}
${isUncommitted(view) && view.kind !== 'one-tap' && html`<noscript><style>${raw(noscriptCss)}</style></noscript>`}
</head>
<body>
${view.place && placeCard(view.place, markOf(view, words[lang]))}
<main>
${main}
</main>
<footer>
${footnote}
${languageSwitch(view, lang === 'ko' ? 'en' : 'ko')}
</footer>
${assets.map(({ script }) => script !== '' && html`<script type="module">${raw(script)}</script>`)}
</body>
</html>
`
  return page.toString()
}

function contentOf(view: PhoneView, words: Words): PageContent {
  switch (view.kind) {
    case 'sign-in':
      return signInPage(view, words)
    case 'one-tap':
      return oneTapPage(view, words)
    case 'sign-up':
      return signUpPage(view, words)
    case 'code':
      return codePage(view, words)
    case 'invited':
      return invitedPage(view, words)
    case 'recovery':
      return recoveryPage(view, words)
    case 'recovered':
      return recoveredPage(words)
    case 'in-use':
    case 'stale':
    case 'unknown':
    case 'elsewhere':
    case 'no-cookies':
    case 'link-used':
    case 'busy':
    case 'in-doubt':
    case 'error':
      return obstaclePage(view, words)
    case 'not-me-form':
      return notMePage(view, words)
    case 'hand-off':
      return handOffPage(view, words)
    case 'cancel-form':
      return cancelPage(view, words)
    default:
      return outcomePage(view, words)
  }
}

/** Whoever waits for a moment looks again soon, whoever waits for a turn now and then. */
function refreshWithoutScript(view: PhoneView): Markup | null {
  const seconds = refreshedAfter(view)
  if (seconds === null) return null
  return html`<noscript><meta http-equiv="refresh" content="${seconds}"></noscript>`
}

/** Null: nothing follows, or the visitor is being asked. */
function refreshedAfter(view: PhoneView): number | null {
  if (view.kind === 'approved' || view.kind === 'claimed' || view.kind === 'in-doubt') return 3
  if (view.kind !== 'hand-off' || !view.live) return null
  return view.handOff.state === 'requested' ? 3 : 15
}

/** What stands beside the place. */
function markOf(view: PhoneView, words: Words): Markup | null {
  if (view.kind === 'hand-off') return liveMark(view, words)
  return view.kind === 'one-tap' ? justScanned(view, words) : null
}

function placeCard({ site, kiosk }: Place, mark: Markup | null): Markup {
  return html`<header class="place">
<span class="pin">${icon('place')}</span>
<p><strong>${site}</strong>${kiosk !== null && html` <span>${kiosk}</span>`}</p>
${mark}
</header>`
}

/** Whether the page still holds its receipt: the scan is not committed. */
function isUncommitted(view: PhoneView): boolean {
  return 'receipt' in view && view.receipt !== undefined
}

/** Whether there is something typed that must not be lost. */
function hasEntry(view: PhoneView): view is PhoneView & EntryForm {
  return view.kind === 'sign-in' || view.kind === 'sign-up' || view.kind === 'one-tap'
}

/** Where whoever looks at the page is surely one with an account. */
const whoHasSignedIn = new Set<PhoneView['kind']>(['claimed', 'ended', 'hand-off'])

/** What stands at a sign-in's own address only where it is asked for. */
const forms: Partial<Record<PhoneView['kind'], string>> = {
  'not-me-form': 'not-me',
  'cancel-form': 'cancel',
}

/**
 * Where something may be typed, a button that takes it along. Elsewhere the sign-in's own address is named,
 * because a refused form stands at one that has no page.
 */
function languageSwitch(view: PhoneView, other: Language): Markup {
  const { languageName } = words[other]
  const codeAgain =
    view.userCode !== undefined &&
    html`<form method="post" action="/code?lang=${other}"><button class="language" name="user_code" value="${view.userCode}" role="link" lang="${other}">${languageName}</button></form>`
  if (hasEntry(view)) {
    // Without script another language is no scan where a code has led here: nobody has pressed to go on.
    const still = isUncommitted(view) && codeAgain && html`<noscript>${codeAgain}</noscript>`
    return html`${still}<p>${carryOn(view, { next: sameForm(view), lang: other }, 'language', languageName)}</p>`
  }
  if (codeAgain) return codeAgain
  const named = 'id' in view && view.id !== undefined
  const address = named ? `/s/${view.id}` : ''
  const asked = forms[view.kind]
  const form = asked === undefined ? '' : `form=${asked}&`
  const account =
    whoHasSignedIn.has(view.kind) &&
    html`<a href="/me">${words[other === 'ko' ? 'en' : 'ko'].myAccount}</a> `
  return html`<p>${account}<a class="language" href="${address}?${form}lang=${other}" lang="${other}" hreflang="${other}">${languageName}</a></p>`
}
