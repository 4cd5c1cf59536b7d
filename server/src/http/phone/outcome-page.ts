import { html, type Markup } from '../server/markup.ts'
import { type IconName, icon } from './icon.ts'
import type { PageContent } from './page-content.ts'
import type { Obstacle, Outcome } from './view.ts'
import type { Message, OutcomeName, Words } from './vocabulary.ts'

/** Green is for done, amber for attention, red for refused; teal and grey judge nothing. */
type Tone = 'done' | 'waiting' | 'attention' | 'refused' | 'quiet'
type Badge = readonly [Tone, IconName]

const outcomeBadges: Record<OutcomeName, Badge> = {
  approved: ['waiting', 'waiting'],
  claimed: ['done', 'check'],
  unclaimed: ['attention', 'attention'],
  denied: ['refused', 'cross'],
  cancelled: ['quiet', 'cross'],
  'not-my-phone': ['attention', 'attention'],
  expired: ['attention', 'clock'],
  ended: ['quiet', 'check'],
}

const obstacleBadges: Record<Obstacle['kind'], Badge> = {
  'in-use': ['attention', 'attention'],
  stale: ['attention', 'clock'],
  unknown: ['attention', 'attention'],
  busy: ['attention', 'clock'],
  error: ['attention', 'attention'],
}

export function outcomePage(outcome: Outcome, words: Words): PageContent {
  const name = outcomeName(outcome)
  const message = words.outcomes[name]
  const state = outcome.kind === 'unclaimed' ? 'expired' : outcome.kind
  const main = html`<div hidden data-sign-in="${outcome.id}" data-state="${state}"></div>
${announcement(message, outcomeBadges[name])}`
  return { title: message.title, main }
}

export function obstaclePage(obstacle: Obstacle, words: Words): PageContent {
  const message = words.obstacles[obstacle.kind]
  const main = html`${announcement(message, obstacleBadges[obstacle.kind])}
${remedy(obstacle, words)}`
  return { title: message.title, main }
}

/** What the script puts in the place of a form that has become useless, its heading to be focused. */
export function staleMessage(words: Words): Markup {
  return announcement(words.obstacles.stale, obstacleBadges.stale, html` tabindex="-1"`)
}

function outcomeName(outcome: Outcome): OutcomeName {
  const disowned = outcome.kind === 'cancelled' && outcome.reason === 'not_my_phone'
  return disowned ? 'not-my-phone' : outcome.kind
}

function announcement({ title, text }: Message, [tone, sign]: Badge, heading?: Markup): Markup {
  return html`<div class="outcome" role="status">
<span class="badge ${tone}">${icon(sign)}</span>
<h1${heading}>${title}</h1>
<p class="lead">${text.map(line => html`<span>${line}</span> `)}</p>
</div>`
}

function remedy(obstacle: Obstacle, words: Words): Markup | null {
  if (obstacle.kind === 'busy') {
    const again = obstacle.id === undefined ? '' : `/s/${obstacle.id}`
    return html`<a class="primary" href="${again}">${words.retry}</a>`
  }
  if (obstacle.kind === 'error') {
    return html`<p class="code">${words.errorCode}: ${obstacle.code}</p>`
  }
  return null
}
