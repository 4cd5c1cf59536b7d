import type { CreationOptions, OwnPasskey } from '../../accounts/passkeys.ts'
import type { Signed } from '../../accounts/sessions.ts'
import type { Overview } from '../../signin/own-account.ts'
import type { RememberedPhone } from '../../store/remembered-phone.ts'
import { type IconName, icon } from '../phone/icon.ts'
import type { Language } from '../server/language.ts'
import { html, type Markup } from '../server/markup.ts'
import type { SayTime } from './moments.ts'
import type { OwnContent } from './shell.ts'
import type { OwnWords } from './words.ts'

export interface OverviewView extends Overview {
  account: Signed['account']
  lang: Language
  time: SayTime
  /** The hash of the phone that this browser is remembered as. */
  here: string | undefined
  /** What the browser may be asked for, to make a passkey. */
  newPasskey: (CreationOptions & { visit: string }) | null
  /** What has just been done. */
  said?: string | undefined
}

export function overviewPage(view: OverviewView, words: OwnWords): OwnContent {
  const { account, said } = view
  const shown = account.name || account.id
  const main = html`<header class="owner">
<span class="initial" aria-hidden="true">${[...shown][0]?.toUpperCase()}</span>
<h1>${shown}${account.name !== '' && html` <span>${account.id}</span>`}</h1>
<form method="post" action="/me/sign-out"><button class="link">${words.signOut}</button></form>
</header>
${said !== undefined && html`<p class="said" role="status">${said}</p>`}
${section('visits', words.visits.title, visits(view, words))}
${view.numbers.length > 0 && section('numbers', words.numbers.title, numbers(view, words))}
${section('phones', words.phones.title, phones(view, words))}
${section('passkeys', words.passkeys.title, passkeys(view, words))}
${section('history', words.history.title, html`<ul class="rows">${leading('/me/history', 'clock', words.history.open)}</ul>`)}
${section('data', words.data.title, data(words))}`
  return { title: words.title, main }
}

function section(name: string, title: string, content: Markup): Markup {
  return html`<section aria-labelledby="${name}">
<h2 id="${name}">${title}</h2>
${content}
</section>`
}

const none = (text: string) => html`<p class="none">${text}</p>`

/** A row of a list: what it is, more of it, and what can be done about it. */
function row(
  look: IconName,
  title: Markup | string,
  more: string,
  act: Markup | null = null,
): Markup {
  return html`<li class="row"><span class="mark">${icon(look)}</span>
<p class="about"><strong>${title}</strong> <span>${more}</span></p>
${act}</li>`
}

/** @param of what it is about, for whoever hears the button alone. */
function button(action: string, field: [string, string] | null, label: string, of: string): Markup {
  const hidden = field && html`<input type="hidden" name="${field[0]}" value="${field[1]}">`
  return html`<form method="post" action="${action}">${hidden}<button class="small" aria-label="${label}: ${of}">${label}</button></form>`
}

const leading = (href: string, look: IconName, label: string) =>
  html`<li><a class="row" href="${href}"><span class="mark">${icon(look)}</span> <strong>${label}</strong> ${icon('chevron')}</a></li>`

function visits({ visits, lang, time }: OverviewView, { visits: words }: OwnWords): Markup {
  if (visits.length === 0) return none(words.none)
  const rows = visits.map(({ id, kiosk, client, since }) => {
    const more = [client?.[lang], time(since)].filter(Boolean).join(' · ')
    return row(
      'place',
      kiosk[lang],
      more,
      button(`/me/visits/${id}/end`, null, words.end, kiosk[lang]),
    )
  })
  return html`<ul class="rows now">${rows}</ul>`
}

function numbers({ numbers, lang }: OverviewView, { numbers: words }: OwnWords): Markup {
  const rows = numbers.map(({ id, service, client, number }) => {
    const title = number ?? words.waiting
    const more = [service[lang], client?.[lang]].filter(Boolean).join(' · ')
    return row(
      'check',
      title,
      more,
      button(`/me/hand-offs/${id}/cancel`, null, words.cancel, title),
    )
  })
  return html`<ul class="rows">${rows}</ul>`
}

function phones({ phones, here, time }: OverviewView, words: OwnWords): Markup {
  const { none: noPhone, kinds, here: thisOne, remove } = words.phones
  if (phones.length === 0) return none(noPhone)
  const rows = phones.map(({ hash, kind, usedAt }: RememberedPhone) => {
    const isHere = hash === here
    const name = kinds[kind]
    const title = html`${name}${isHere && html` <span class="here">${thisOne}</span>`}`
    const more = words.lastUsed.replace('{time}', time(usedAt))
    return row('phone', title, more, button('/me/phones/forget', ['phone', hash], remove, name))
  })
  return html`<ul class="rows">${rows}</ul>`
}

function passkeys({ passkeys, newPasskey, time }: OverviewView, words: OwnWords): Markup {
  const { none: noPasskey, unnamed, elsewhere, name: label, rename, remove } = words.passkeys
  const rows = passkeys.map(({ id, name, createdAt, usedAt, works }: OwnPasskey, index) => {
    const title = name || unnamed
    const [text, at] = usedAt === null ? [words.addedAt, createdAt] : [words.lastUsed, usedAt]
    const more = works ? text.replace('{time}', time(at)) : elsewhere
    const field = `passkey-${index}`
    return html`<li><details><summary class="row"><span class="mark">${icon('passkey')}</span>
<span class="about"><strong>${title}</strong> <span>${more}</span></span> ${icon('chevron')}</summary>
<form class="change" method="post" action="/me/passkeys/rename"><input type="hidden" name="passkey" value="${id}">
<label for="${field}">${label}</label>
<input id="${field}" name="name" type="text" maxlength="64" autocomplete="off" value="${name}">
<div class="both"><button class="small">${rename}</button> <button class="small danger" formaction="/me/passkeys/remove" aria-label="${remove}: ${title}">${remove}</button></div>
</form></details></li>`
  })
  const known = rows.length > 0 && html`<ul class="rows">${rows}</ul>`
  return html`${known || none(noPasskey)}
${newPasskey && toMake(newPasskey, words)}`
}

/** Hidden until the script finds that the browser makes them. */
function toMake(
  { visit, ...options }: CreationOptions & { visit: string },
  { passkeys: { add, about } }: OwnWords,
): Markup {
  return html`<div class="make" data-make-passkey="${JSON.stringify(options)}" hidden>
<form method="post" action="/me/passkeys">
<input type="hidden" name="visit" value="${visit}">
<input type="hidden" name="credential">
<button class="row"><span class="mark">${icon('plus')}</span>
<span class="about"><strong>${add}</strong> <span>${about}</span></span></button>
</form>
</div>`
}

function data({ data, password }: OwnWords): Markup {
  return html`<ul class="rows">${leading('/me/password', 'key', password.open)}</ul>
<div class="both data"><a class="secondary" href="/me/export" download>${icon('download')} ${data.download}</a> <a class="secondary danger" href="/me/delete">${icon('bin')} ${data.remove}</a></div>`
}
