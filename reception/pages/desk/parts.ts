import { html } from 'lit'
import { repeat } from 'lit/directives/repeat.js'
import type { ArrivalView, DeskActions, DeskState, DeskView } from '../../src/wire.ts'
import { bell, more, sound } from '../look/icons.ts'
import type { Language } from '../look/language.ts'
import type { Say, Word } from './words.ts'

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
  /** @param word says what was done, with these parts. */
  act<Name extends keyof DeskActions>(
    name: Name,
    body: DeskActions[Name],
    word: Word,
    parts?: Record<string, string>,
  ): Promise<void>
  call(desk: DeskView, arrival: ArrivalView): void
  print(arrival: ArrivalView): void
}

/** Waited longer than this, somebody is pointed out; in milliseconds. */
const long = 15 * 60_000
/** Somebody is new for so long. */
const fresh = 10_000

export const nextAt = (desk: DeskView, { waiting }: DeskState) =>
  waiting.find(({ service }) => desk.services.includes(service))

export const servicesOf = ({ state, language }: Desk, id: string) =>
  state.services.find(service => service.id === id)?.name[language] ?? id

/** Every desk that serves it, whether this browser shows it or not. */
export const placesOf = ({ state, language }: Desk, service: string) =>
  state.desks.filter(desk => desk.services.includes(service)).map(({ name }) => name[language])

export function duration({ say }: Desk, ms: number): string {
  return ms < 60_000 ? say('justNow') : say('minutes', { n: Math.floor(ms / 60_000) })
}

/** A button that opens what is seldom wanted. */
const menu = (name: string, face: unknown, content: unknown) => html`
  <details class="menu"><summary aria-label=${name} title=${name}>${face}</summary><div>${content}</div></details>`

const passOn = (desk: Desk, arrival: ArrivalView) => html`
  <p>${desk.say('pass')}</p>
  ${desk.state.services
    .filter(({ id }) => id !== arrival.service)
    .map(({ id, name }) => {
      const parts = { number: arrival.number, service: name[desk.language] }
      const pass = () => desk.act('pass', { arrival: arrival.id, service: id }, 'didPass', parts)
      return html`<button type="button" @click=${pass}>${name[desk.language]}</button>`
    })}`

const who = (desk: Desk, { name, external_id, coming, walk_in }: ArrivalView) => html`
  <span>${name}</span> <small>${external_id}</small>
  ${coming ? html`<span class="badge">${desk.say('coming')}</span>` : ''}
  ${walk_in ? html`<small>${desk.say('byHand')}</small>` : ''}`

/** A place where people are served, with who is there and who comes next. */
export function card(at: DeskView, desk: Desk) {
  const { say, state, now, language } = desk
  const { serving } = at
  const number = serving?.number ?? ''
  const next = nextAt(at, state)
  const isCalled = serving?.state === 'called'
  const parts = { number }
  const end = (as: 'done' | 'no_show') => () =>
    serving &&
    desk.act('end', { arrival: serving.id, as }, as === 'done' ? 'didEnd' : 'didNoShow', parts)
  const again = (name: 'recall' | 'back') => () =>
    serving &&
    desk.act(name, { arrival: serving.id }, name === 'back' ? 'didBack' : 'didRecall', parts)
  const button = (
    key: string,
    label: string,
    face: unknown,
    isOn: boolean,
    press: () => unknown,
  ) => html`
    <button type="button" data-key=${key} aria-label=${`${label} ${number}`} title=${label}
      aria-disabled=${!isOn} @click=${() => isOn && press()}>${face}</button>`
  const finish = say(serving?.state === 'cancelled' ? 'clear' : 'done')
  return html`
    <article class="card" aria-label=${at.name[language]} aria-current=${desk.selected === at.id}>
      <header><h3>${at.name[language]}</h3>
        <span>${serving?.called_at ? say('since', { time: duration(desk, now - serving.called_at) }) : ''}</span></header>
      <p class="number">${number || '–'}</p>
      <p class="who">${
        !serving
          ? say('free')
          : serving.state === 'cancelled'
            ? html`<span class="badge amber">${say('cancelled')}</span> ${who(desk, serving)}`
            : who(desk, serving)
      }</p>
      <button type="button" class="primary" data-key="next" aria-disabled=${!next}
        aria-label=${`${at.name[language]}: ${next ? say('next', { number: next.number }) : say('nobody')}`}
        @click=${() => next && desk.call(at, next)}>
        ${next ? html`${bell} ${say('next', { number: next.number })}` : say('nobody')}
      </button>
      <div class="row">
        ${button('d', finish, finish, serving !== undefined, end('done'))}
        ${button('n', say('noShow'), say('noShow'), isCalled, end('no_show'))}
        ${button('r', say('recall'), sound, isCalled, again('recall'))}
        ${menu(
          `${say('more')} ${number || at.name[language]}`,
          more,
          html`${button('b', say('back'), say('back'), isCalled, again('back'))}
            ${serving && isCalled ? passOn(desk, serving) : ''}`,
        )}
      </div>
    </article>`
}

/** Everybody who waits, whose turn it is first, first. */
export function waitingList(waiting: readonly ArrivalView[], desk: Desk) {
  const { say, now, language } = desk
  const row = (arrival: ArrivalView) => {
    const { number, service } = arrival
    const waited = now - arrival.waiting_since
    const able = desk.desks.filter(({ services }) => services.includes(service))
    const [only] = able
    const name = `${say('call')} ${number}`
    const call = (at: DeskView, face: string, label: string) => html`
      <button type="button" aria-label=${label} @click=${() => desk.call(at, arrival)}>${face}</button>`
    return html`
      <tr class=${waited < fresh ? 'new' : ''}>
        <th scope="row">${number}</th>
        <td class="who">${who(desk, arrival)}
          ${waited < fresh ? html`<span class="badge green">${say('new')}</span>` : ''}</td>
        <td>${servicesOf(desk, service)}</td>
        <td class="where">${placesOf(desk, service).join(' · ') || '–'}</td>
        <td class="waited ${waited > long ? 'long' : ''}">${duration(desk, waited)}</td>
        <td class="row">
          ${
            only && able.length > 1
              ? menu(
                  name,
                  say('call'),
                  able.map(at => call(at, at.name[language], `${name} ${at.name[language]}`)),
                )
              : only
                ? call(only, say('call'), name)
                : ''
          }
          ${menu(
            `${say('more')} ${number}`,
            more,
            html`<button type="button" @click=${() => desk.print(arrival)}>${say('print')}</button>
              ${passOn(desk, arrival)}`,
          )}
        </td>
      </tr>`
  }
  if (waiting.length === 0) return html`<p class="empty">${say('nobody')}</p>`
  return html`
    <table>
      <thead><tr>
        ${(['number', 'name', 'what', 'where', 'waited'] as const).map(
          word => html`<th scope="col" class=${word}>${say(word)}</th>`,
        )}
        <th><span class="unseen">${say('call')}</span></th>
      </tr></thead>
      <tbody>${repeat(waiting, ({ id }) => id, row)}</tbody>
    </table>`
}
