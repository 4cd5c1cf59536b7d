import type { SignInState } from '@qrgate/sdk/protocol'
import { html, type Markup } from '../server/markup.ts'
import { announcement, type Badge } from './announcement.ts'
import { newPasskeyCard } from './new-passkey.ts'
import type { PageContent } from './page-content.ts'
import { timed } from './problem.ts'
import type { NotMeForm, Obstacle, Outcome, PhoneView } from './view.ts'
import type { Message, OutcomeName, Words } from './vocabulary.ts'

const outcomeBadges: Record<OutcomeName, Badge> = {
  approved: ['waiting', 'waiting'],
  claimed: ['done', 'check'],
  unclaimed: ['attention', 'attention'],
  denied: ['refused', 'cross'],
  cancelled: ['quiet', 'cross'],
  'not-my-phone': ['attention', 'attention'],
  expired: ['attention', 'clock'],
  ended: ['quiet', 'check'],
  'not-me': ['done', 'check'],
  left: ['attention', 'attention'],
}

const obstacleBadges: Record<Obstacle['kind'], Badge> = {
  'in-use': ['attention', 'attention'],
  stale: ['attention', 'clock'],
  unknown: ['attention', 'attention'],
  elsewhere: ['attention', 'attention'],
  'no-cookies': ['attention', 'attention'],
  'link-used': ['attention', 'clock'],
  busy: ['attention', 'clock'],
  'in-doubt': ['waiting', 'waiting'],
  error: ['attention', 'attention'],
}

export function outcomePage(
  outcome: Outcome & Pick<PhoneView, 'newPasskey'>,
  words: Words,
): PageContent {
  const name = outcomeName(outcome)
  const message = messageOf(outcome, words)
  const main = html`<div hidden data-sign-in="${outcome.id}" data-state="${stateOf(outcome)}"></div>
${announcement(message, outcomeBadges[name])}
${newPasskeyCard(outcome.id, outcome.newPasskey, words)}
${actions(outcome, words)}`
  return { title: message.title, main }
}

/** The question before it is reported that it was somebody else. */
export function notMePage({ id, state, handOff }: NotMeForm, words: Words): PageContent {
  const { ask: question, askNumber, yes, no } = words.visit
  const ask = handOff === 'stands' ? { ...question, text: [...question.text, askNumber] } : question
  // What was asked for outlives the visit, so its end takes nobody away from the question.
  const follow = !handOff && html`<div hidden data-sign-in="${id}" data-state="${state}"></div>`
  const main = html`${follow}
${announcement(ask, ['attention', 'attention'])}
<div class="actions">
<form method="post" action="/s/${id}/not-me"><button class="primary">${yes}</button></form>
<a class="secondary" href="/s/${id}">${no}</a>
</div>`
  return { title: ask.title, main }
}

function messageOf(outcome: Outcome, words: Words): Message {
  const message = words.outcomes[outcomeName(outcome)]
  const cancelled = outcome.kind === 'not-me' && outcome.handOff
  return cancelled ? { ...message, text: [words.visit.numberGone, ...message.text] } : message
}

/** What can still be done about a sign-in that somebody has finished. */
function actions(outcome: Outcome, words: Words): Markup | null {
  const { end, notMe } = words.visit
  const { id } = outcome
  const report = html`<a class="plain report" href="/s/${id}?form=not-me">${notMe}</a>`
  if (outcome.kind === 'ended') return html`<div class="actions">${report}</div>`
  if (outcome.kind !== 'claimed' || !outcome.live) return null
  return html`<div class="actions">
<form method="post" action="/s/${id}/end"><button class="secondary">${end}</button></form>
${report}
</div>`
}

/** As the script is told of it when it asks. */
function stateOf(outcome: Outcome): SignInState {
  switch (outcome.kind) {
    case 'unclaimed':
      return 'expired'
    case 'left':
      return 'cancelled'
    case 'ended':
    case 'not-me':
      return outcome.state
    default:
      return outcome.kind
  }
}

export function obstaclePage(obstacle: Obstacle, words: Words): PageContent {
  const message = obstacleMessage(obstacle, words)
  const inDoubt = obstacle.kind === 'in-doubt' && obstacle.id
  const main = html`${inDoubt && html`<div hidden data-sign-in="${inDoubt}" data-state="in-doubt"></div>`}
${announcement(message, obstacleBadges[obstacle.kind])}
${remedy(obstacle, words)}`
  return { title: message.title, main }
}

function obstacleMessage(obstacle: Obstacle, words: Words): Message {
  const message = words.obstacles[obstacle.kind]
  if (obstacle.kind !== 'busy' || obstacle.retryAfter === undefined) return message
  return { ...message, text: [timed(words.retryAfter, obstacle.retryAfter, words)] }
}

/** What the script puts in the place of a form that has become useless, its heading to be focused. */
export function staleMessage(words: Words): Markup {
  return announcement(words.obstacles.stale, obstacleBadges.stale, html` tabindex="-1"`)
}

function outcomeName(outcome: Outcome): OutcomeName {
  const disowned = outcome.kind === 'cancelled' && outcome.reason === 'not_my_phone'
  return disowned ? 'not-my-phone' : outcome.kind
}

function remedy(obstacle: Obstacle, words: Words): Markup | null {
  if (obstacle.kind === 'busy' || obstacle.kind === 'in-doubt') {
    const again = obstacle.id === undefined ? '' : `/s/${obstacle.id}`
    const label = obstacle.kind === 'busy' ? words.retry : words.lookAgain
    return html`<div class="actions"><a class="primary" href="${again}">${label}</a></div>`
  }
  if (obstacle.kind === 'unknown') {
    return html`<div class="actions"><a class="secondary" href="/code">${words.typeCode}</a></div>`
  }
  if (obstacle.kind === 'error') {
    return html`<p class="code">${words.errorCode}: ${obstacle.code}</p>`
  }
  return null
}
