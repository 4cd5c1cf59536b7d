import type { CancelledBecause, HandOffView, QueueTicket } from '@qrgate/sdk/protocol'
import { mayCancel } from '../../protocol/hand-off.ts'
import { html, type Markup } from '../server/markup.ts'
import { announcement, type Badge, headline } from './announcement.ts'
import { card } from './hand-off-card.ts'
import { icon } from './icon.ts'
import { newPasskeyCard } from './new-passkey.ts'
import type { PageContent } from './page-content.ts'
import type { CancelForm, HandOffPage, PhoneView } from './view.ts'
import type { Message, Words } from './vocabulary.ts'

/**
 * What the visitor has asked for: the number and how it stands, later what became of it. With the script
 * the page stays and its parts are exchanged (`data-part`), each with what is to be read out (`data-say`).
 */
export function handOffPage(
  page: HandOffPage & Pick<PhoneView, 'newPasskey'>,
  words: Words,
): PageContent {
  const { handOff } = page
  const shown = shownOf(handOff, words)
  const main = html`${scriptInput(page, words)}
${shown.main}
${shown.isWaitedFor && alarm(words)}
${note(page, words)}
${newPasskeyCard(page.id, page.newPasskey, words)}
<p class="problem" role="alert" data-problem hidden></p>
${actions(page, words)}
<p class="unseen" role="status" data-said></p>`
  return { title: shown.title, main }
}

/** The question before the visitor gives the place in the queue away. */
export function cancelPage({ id }: CancelForm, words: Words): PageContent {
  const { ask, yes, no } = words.handOff.cancel
  const main = html`${announcement(ask, ['attention', 'attention'])}
<div class="actions">
<form method="post" action="/s/${id}/cancel-hand-off"><button class="primary">${yes}</button></form>
<a class="secondary" href="/s/${id}">${no}</a>
</div>`
  return { title: ask.title, main }
}

/** In the place card: whether what is seen is what is so. Only a script can tell. */
export function liveMark({ live }: HandOffPage, words: Words): Markup | null {
  const { now, asOf } = words.handOff.live
  return live ? html`<p class="beside live" data-live data-as-of="${asOf}" hidden>${now}</p>` : null
}

interface Shown {
  title: string
  main: Markup
  /** Whether the visitor's turn is still to come. */
  isWaitedFor?: boolean
}

function shownOf({ state, ticket = {}, text, reason }: HandOffView, words: Words): Shown {
  const { called, number, accepted, requested, failed, refused, over } = words.handOff
  const told = (message: Message, badge: Badge, isWaitedFor = false): Shown => ({
    title: message.title,
    main: part(
      'outcome',
      [message.title, ...message.text].join(' '),
      html`<div class="outcome">${headline(message, badge)}</div>`,
    ),
    isWaitedFor,
  })
  switch (state) {
    case 'requested':
      return told(requested, ['waiting', 'waiting'], true)
    case 'failed':
      return told(failed, ['attention', 'attention'], true)
    case 'refused':
      return told({ title: refused, text: text ? [text[words.language]] : [] }, [
        'refused',
        'cross',
      ])
    case 'accepted':
      return {
        title: titleOf(ticket, accepted, number),
        main: card(ticket, false, words),
        isWaitedFor: true,
      }
    case 'called':
      return { title: called, main: card(ticket, true, words) }
    case 'done':
      return told(over.done, ['done', 'check'])
    case 'no_show':
      return told(over.no_show, ['attention', 'clock'])
    case 'cancelled':
      return told(over[cancelledBy(reason)], ['quiet', 'cross'])
  }
}

function titleOf({ number }: QueueTicket, accepted: string, label: string): string {
  return number === undefined ? accepted : `${label} ${number}`
}

/** Another choice has a page of its own, and so has a report. */
function cancelledBy(reason: CancelledBecause | undefined) {
  return reason === 'phone' || reason === 'account' || reason === 'over' ? reason : 'client'
}

/** Everything that the script needs to know of the page; its own text is constant. */
function scriptInput(
  { id, state, seq, handOff, calledAt, live }: HandOffPage,
  words: Words,
): Markup {
  const ahead = handOff.ticket?.ahead ?? ''
  const { sending } = words.handOff
  const { lost } = words.progress
  return html`<div hidden data-hand-off-page="${id}" data-state="${state}" data-seq="${seq}" data-hand-off="${handOff.id}" data-hand-off-seq="${handOff.seq}" data-hand-off-state="${handOff.state}" data-ahead="${ahead}" data-called-at="${calledAt ?? ''}" data-live-page="${live ? 'yes' : ''}" data-lost="${lost}" data-sending="${sending}"></div>`
}

/** A piece of the page that the script exchanges. @param say is read out when it changes. */
export function part(name: string, say: string, content: Markup): Markup {
  return html`<div data-part="${name}" data-say="${say}">${content}</div>`
}

/** Offered by the script where it can make a sound or a movement; it alone keeps this part. */
function alarm(words: Words): Markup {
  const { title, text } = words.handOff.alarm
  return html`<div data-part="alarm" data-kept hidden>
<button type="button" class="alarm" role="switch" aria-checked="false" aria-labelledby="alarm-title" aria-describedby="alarm-text" data-alarm>${icon('bell')}
<span class="alarm-words"><strong id="alarm-title">${title}</strong> <span id="alarm-text">${text}</span></span>
<span class="switch" aria-hidden="true"></span></button>
</div>`
}

/** What else there is to say: that it was told on, or that the number outlives the visit. */
function note({ state, handOff, coming }: HandOffPage, words: Words): Markup | null {
  const { comingSaid, kept } = words.handOff
  const isCalled = handOff.state === 'called'
  const said =
    isCalled && coming ? comingSaid : state === 'ended' && isStillToCome(handOff) ? kept : null
  if (said === null) return null
  const isDone = said === comingSaid
  return part('note', said, html`<p class="note${isDone ? ' told-on' : ''}">${said}</p>`)
}

function isStillToCome({ state }: HandOffView): boolean {
  return state === 'requested' || state === 'accepted' || state === 'failed'
}

/** At most three rows, in reach of a thumb: what is asked for most has a row of its own. */
function actions(page: HandOffPage, words: Words): Markup | null {
  const { id, handOff, coming, mayDisown } = page
  const { coming: onTheWay, cancel } = words.handOff
  const isOpen = page.state === 'claimed'
  const isCalled = handOff.state === 'called'
  const cancelLink = (look: string) =>
    mayCancel(handOff) && html`<a class="${look}" href="/s/${id}?form=cancel">${cancel.button}</a>`
  const post = (action: string, look: string, label: string) =>
    html`<form method="post" action="/s/${id}/${action}" data-send><button class="${look}">${label}</button></form>`
  const report =
    mayDisown && html`<a class="plain report" href="/s/${id}?form=not-me">${words.visit.notMe}</a>`
  const rows = [
    isCalled && !coming && post('coming', 'primary', onTheWay),
    (isCalled || !isOpen) && cancelLink('secondary'),
    isOpen && !isCalled && post('end', 'secondary', words.visit.end),
  ]
  const row = [
    isOpen && isCalled && post('end', 'plain', words.visit.end),
    isOpen && !isCalled && cancelLink('plain'),
    report,
  ].filter(Boolean)
  if (rows.every(shown => !shown) && row.length === 0) return null
  const last = row.length > 0 && html`<div class="row">${row}</div>`
  return html`<div class="actions" data-part="actions">${rows}${last}</div>`
}
