import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ArrivalView, DeskActions, DeskState, DeskView } from '../../src/wire.ts'
import { bell, more, sound } from '../look/icons.ts'
import type { Language } from '../look/language.ts'
import type { Say } from './words.ts'

/** What the parts of the page need of it. */
export interface Desk {
  readonly say: Say
  readonly language: Language
  readonly state: DeskState
  /** Milliseconds since 1970, by reception's clock. */
  readonly now: number
  /** Those that this browser shows. */
  readonly desks: readonly DeskView[]
  readonly selected: string | undefined
  /** @param what of whom or of what this was, e.g. a number. @param label what was done. */
  act<Name extends keyof DeskActions>(
    name: Name,
    body: DeskActions[Name],
    what: string,
    label: string,
  ): unknown
  call(desk: DeskView, arrival: ArrivalView): void
  print(arrival: ArrivalView): void
}

/** Waited longer than this, somebody is pointed out; and is new for so long; in milliseconds. */
const long = 15 * 60_000
const fresh = 10_000

/** Every desk that serves it, whether this browser shows it or not. */
export const placesOf = ({ state, language }: Desk, { service }: ArrivalView) =>
  state.desks
    .filter(({ services }) => services.includes(service))
    .map(({ name }) => name[language])
    .join(' · ')

export const serviceOf = ({ state, language }: Desk, { service }: ArrivalView) =>
  state.services.find(({ id }) => id === service)?.name[language] ?? service

export const duration = ({ say }: Desk, ms: number, word: 'minutes' | 'since' = 'minutes') =>
  ms < 60_000 ? say('justNow') : say(word, { n: Math.floor(ms / 60_000) })

/** A button that opens what is seldom wanted. */
const menu = (name: string, face: unknown, content: unknown) => html`
  <details class="menu"><summary aria-label=${name} title=${name}>${face}</summary><div>${content}</div></details>`

function passOn(desk: Desk, { id, number, service }: ArrivalView) {
  const others = desk.state.services.filter(other => other.id !== service)
  return html`<p>${desk.say('pass')}</p>
    ${others.map(other => {
      const name = other.name[desk.language]
      const pass = () => desk.act('pass', { arrival: id, service: other.id }, number, `→ ${name}`)
      return html`<button type="button" @click=${pass}>${name}</button>`
    })}`
}

const who = ({ say }: Desk, { name, external_id, coming, walk_in, state }: ArrivalView) => html`
  ${state === 'cancelled' ? html`<em class="amber">${say('cancelled')}</em>` : ''}
  <span>${name}</span> <small>${external_id} ${walk_in ? say('byHand') : ''}</small>
  ${coming ? html`<em>${say('coming')}</em>` : ''}`

/** A place where people are served, with who is there and who comes next. */
export function card(at: DeskView, desk: Desk) {
  const { say, state, now, language } = desk
  const { serving } = at
  const name = at.name[language]
  const number = serving?.number ?? ''
  const next = state.waiting.find(({ service }) => at.services.includes(service))
  const nextLabel = next ? say('next', { number: next.number }) : say('nobody')
  const isCalled = serving?.state === 'called'
  const arrival = serving?.id ?? ''
  const button = (
    key: string,
    label: string,
    isOn: boolean,
    press: () => unknown,
    face: unknown = label,
  ) => html`
    <button type="button" data-key=${key} aria-label=${`${label} ${number || name}`} title=${label}
      aria-disabled=${!isOn} @click=${() => isOn && press()}>${face}</button>`
  const end = (as: 'done' | 'no_show', label: string, isOn: boolean) =>
    button(as, label, isOn, () => desk.act('end', { arrival, as }, number, label))
  const again = (key: 'recall' | 'back', face?: unknown) =>
    button(key, say(key), isCalled, () => desk.act(key, { arrival }, number, say(key)), face)
  return html`
    <article class="card" aria-label=${name} aria-current=${desk.selected === at.id}>
      <header><h2>${name}</h2>
        <span>${serving?.called_at ? duration(desk, now - serving.called_at, 'since') : ''}</span></header>
      <p class="number">${number || '–'}</p>
      <p class="who">${serving ? who(desk, serving) : say('free')}</p>
      <button type="button" class="primary" data-key="next" aria-disabled=${!next}
        aria-label=${`${name}: ${nextLabel}`}
        @click=${() => next && desk.call(at, next)}>${next ? bell : ''} ${nextLabel}</button>
      <div class="row">
        ${end('done', say(serving?.state === 'cancelled' ? 'clear' : 'done'), serving !== undefined)}
        ${end('no_show', say('noShow'), isCalled)} ${again('recall', sound)}
        ${menu(
          `${say('more')} ${number || name}`,
          more,
          html`${again('back')} ${serving && isCalled ? passOn(desk, serving) : ''}`,
        )}
      </div>
    </article>`
}

/** Somebody who waits. */
function row(arrival: ArrivalView, desk: Desk) {
  const { say, language } = desk
  const { number } = arrival
  const waited = desk.now - arrival.waiting_since
  const able = desk.desks.filter(({ services }) => services.includes(arrival.service))
  const name = `${say('call')} ${number}`
  const call = (at: DeskView, face: string, label: string) => html`
    <button type="button" aria-label=${label} @click=${() => desk.call(at, arrival)}>${face}</button>`
  const several = () => able.map(at => call(at, at.name[language], `${name} ${at.name[language]}`))
  return html`
    <tr class=${waited < fresh ? 'new' : ''}>
      <th scope="row">${number}</th>
      <td class="who">${who(desk, arrival)} ${waited < fresh ? html`<em class="green">${say('new')}</em>` : ''}</td>
      <td>${serviceOf(desk, arrival)}</td>
      <td class="where">${placesOf(desk, arrival) || '–'}</td>
      <td class="waited ${waited > long ? 'long' : ''}">${duration(desk, waited)}</td>
      <td class="row">
        ${able.length > 1 ? menu(name, say('call'), several()) : able.map(at => call(at, say('call'), name))}
        ${menu(
          `${say('more')} ${number}`,
          more,
          html`<button type="button" @click=${() => desk.print(arrival)}>${say('print')}</button>
            ${passOn(desk, arrival)}`,
        )}
      </td>
    </tr>`
}

/** Everybody who waits, whose turn it is first, first. */
export function waitingList(waiting: readonly ArrivalView[], desk: Desk) {
  const { say } = desk
  if (waiting.length === 0) return html`<p class="empty">${say('nobody')}</p>`
  return html`
    <table>
      <thead><tr>
        <th scope="col">${say('number')}</th><th scope="col">${say('name')}</th>
        <th scope="col">${say('what')}</th><th scope="col" class="where">${say('where')}</th>
        <th scope="col" class="waited">${say('waited')}</th><th><span class="unseen">${say('call')}</span></th>
      </tr></thead>
      <tbody>${repeat(
        waiting,
        ({ id }) => id,
        arrival => row(arrival, desk),
      )}</tbody>
    </table>`
}
