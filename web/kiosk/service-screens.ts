import type { Service } from '@qrgate/sdk/protocol'
import { type Message, mayChooseAnother } from '@qrgate/sdk/screen-parts'
import { html } from 'lit'
import { check, clock, cross, person } from '../look/icons.ts'
import { serviceIcon } from './service-icon.ts'
import { badge, message, returning, type View } from './view.ts'

/** What the visitor may choose from, a tile each. */
export function services(view: View, { title, text }: Message) {
  const { update, words, idleSeconds } = view
  const offered = update?.services ?? []
  return html`
    <div class="words">
      <p class="welcome">${check} ${text}</p>
      <h1 tabindex="-1">${title}</h1>
    </div>
    <ul class="services" data-count=${offered.length > 6 ? 'more' : offered.length}>
      ${offered.map(service => html`<li>${tile(service, view)}</li>`)}
    </ul>
    <p class="untouched">
      ${update?.countdown ? words.returning(update.countdown.seconds) : words.services.untouched(idleSeconds)}
    </p>`
}

/** What is closed is no button, and says why. */
function tile({ id, name, lines = [], icon, closed }: Service, { language, onChoose }: View) {
  const texts = closed ? [closed] : lines
  const content = html`
    <span class="icon">${serviceIcon(icon)}</span>
    <span class="name">${name[language]}</span>
    <span class="lines">${texts.map(line => html`<span>${line[language]}</span>`)}</span>`
  return closed
    ? html`<div class="tile closed">${content}</div>`
    : html`<button type="button" class="tile" @click=${() => onChoose(id)}>${content}</button>`
}

/** The client is being asked. */
export function waiting({ update, language }: View, said: Message) {
  const { handOff, services = [], choosing } = update ?? {}
  const chosen = services.find(({ id }) => id === choosing) ?? handOff?.service
  return html`
    <div class="words">
      ${chosen ? html`<div class="badge calm">${serviceIcon(chosen.icon)}</div>` : badge('calm', clock)}
      ${chosen ? html`<p class="chosen">${chosen.name[language]}</p>` : ''}
      ${message(said)}
      <p class="dots" aria-hidden="true"><i></i><i></i><i></i></p>
    </div>`
}

/** A person has to help: the client has not answered in time, or says no. */
export function staff(view: View, said: Message) {
  const { update, words, onChooseAnother } = view
  const isRefused = update?.handOff?.state === 'refused' && update.choosing === undefined
  return html`
    <div class="words">
      ${isRefused ? badge('refused', cross) : badge('attention', person)} ${message(said)}
      ${
        update && mayChooseAnother(update)
          ? html`<button type="button" class="primary" @click=${onChooseAnother}>
              ${words.services.chooseAnother}
            </button>`
          : ''
      }
      ${returning(view)}
    </div>`
}
