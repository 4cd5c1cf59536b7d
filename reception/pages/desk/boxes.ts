import { html } from 'lit'
import type { ArrivalView } from '../../src/wire.ts'
import { keepInAddress, listed } from '../look/language.ts'
import { type Desk, placesOf, serviceOf } from './parts.ts'
import type { Word } from './words.ts'

const close = (event: Event) => (event.target as Element).closest('dialog')?.close()

/** Somebody without a phone gets a number, and then sees it. */
export function walkInBox(
  desk: Desk,
  { given, news }: { given?: ArrivalView | undefined; news: string },
  add: (event: SubmitEvent) => unknown,
  open: () => unknown,
) {
  const { say, language, state } = desk
  return html`
    <dialog class="walk-in" aria-label=${say('walkIn')}>
      ${
        given
          ? html`<h2>${serviceOf(desk, given)}</h2>
            <p class="number">${given.number}</p><p>${placesOf(desk, given)}</p>
            <div class="row">
              <button type="button" class="primary" @click=${() => desk.print(given)}>${say('print')}</button>
              <button type="button" @click=${open}>${say('another')}</button>
              <button type="button" @click=${close}>${say('close')}</button>
            </div>`
          : html`<form @submit=${add}>
            <h2>${say('walkIn')}</h2>
            <fieldset><legend>${say('what')}</legend>
              ${state.services.map(
                ({ id, name }) =>
                  html`<label><input type="radio" name="service" value=${id} required /> ${name[language]}</label>`,
              )}
            </fieldset>
            <label>${say('ifAny')}<input name="name" maxlength="40" autocomplete="off" /></label>
            <div class="row"><button type="submit" class="primary">${say('give')}</button>
              <button type="button" @click=${close}>${say('close')}</button></div>
          </form>`
      }
      <p role="status" class=${given ? 'unseen' : ''}>${news}</p>
    </dialog>`
}

/** Which keys do what; who speaks to their computer can switch them off. */
export function keysBox({ say }: Desk) {
  const keys = {
    '1–9': 'keyDesk',
    Enter: 'keyNext',
    R: 'recall',
    D: 'done',
    N: 'noShow',
    B: 'back',
    Z: 'undo',
  }
  const toggle = ({ target }: Event) =>
    keepInAddress('keys', (target as HTMLInputElement).checked ? undefined : 'off')
  return html`
    <dialog class="keys" aria-label=${say('keys')}>
      <h2>${say('keys')} <kbd>?</kbd></h2>
      <dl>${Object.entries(keys).map(
        ([key, word]) => html`<div><dt><kbd>${key}</kbd></dt><dd>${say(word as Word)}</dd></div>`,
      )}</dl>
      <label><input type="checkbox" .checked=${listed('keys')[0] !== 'off'} @change=${toggle} /> ${say('useKeys')}</label>
      <div class="row"><button type="button" @click=${close}>${say('close')}</button></div>
    </dialog>`
}

/** For a printer of rolls; nobody's name is on it. */
export function slip(desk: Desk, arrival: ArrivalView) {
  const { site, time_zone: timeZone } = desk.state
  const place = desk.state.services.find(({ id }) => id === arrival.service)?.place
  const where = [place?.name, place?.floor, place?.way].flatMap(text => text?.[desk.language] ?? [])
  const style = { dateStyle: 'long', timeStyle: 'short', timeZone } as const
  return html`
    <div class="slip"><p>${site[desk.language]}</p><p>${serviceOf(desk, arrival)}</p>
      <p class="number">${arrival.number}</p><p>${where.join(', ') || placesOf(desk, arrival)}</p>
      <p>${new Intl.DateTimeFormat(desk.language, style).format(arrival.came_at)}</p></div>`
}
