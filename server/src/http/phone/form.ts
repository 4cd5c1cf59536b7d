import type { Language } from '../server/language.ts'
import { html, type Markup } from '../server/markup.ts'
import { staleMessage } from './outcome-page.ts'
import { type Field, type Problem, problemsInPlace } from './problem.ts'
import type { EntryForm, SignInForm, SignUpForm } from './view.ts'
import type { Words } from './vocabulary.ts'

/** What a form posts to, and the receipt that it carries until the scan is committed. */
export function actionForm(
  form: EntryForm,
  action: 'scan' | 'sign-in' | 'sign-up' | 'approve' | 'passkey' | 'deny',
  content: Markup,
): Markup {
  const receipt =
    form.receipt !== undefined && html`<input type="hidden" name="receipt" value="${form.receipt}">`
  const isEntry = action === 'sign-in' || action === 'sign-up' || action === 'approve'
  return html`<form method="post" action="/s/${form.id}/${action}" data-action="${action}"${isEntry && html` id="${entry}"`}>${receipt}${content}</form>`
}

/** The form that the visitor signs in with. */
const entry = 'entry'

/**
 * A button that leads to another form, the same in another language, or with more time for it, with all that
 * was typed and ticked but the password. It commits the scan like any other.
 */
export function carryOn(
  { id }: EntryForm,
  { next, lang, step = 'scan' }: { next: string; lang?: Language; step?: 'scan' | 'extend' },
  look: string,
  label: string,
): Markup {
  const action = `/s/${id}/${step}${lang === undefined ? '' : `?lang=${lang}`}`
  // It leads to another page, as the same does elsewhere.
  const spoken = lang !== undefined && html` role="link" lang="${lang}"`
  return html`<button class="${look}" form="${entry}" formaction="${action}" formnovalidate name="next" value="${next}"${spoken}>${label}</button>`
}

/** What leads to this form again: where somebody is remembered, a sign-in without a word shows one tap. */
export function sameForm({ kind }: EntryForm): string {
  return kind === 'one-tap' ? '' : kind
}

/** With script, what is shown where the receipt has run out before the gate was reached. */
export function outdatedMessage(words: Words): Markup {
  return html`<template data-outdated>${staleMessage(words)}</template>`
}

/** Who will be told what, right before the button that agrees to it; the form says the same. */
export function toldLine({ told }: EntryForm, words: Words): Markup | null {
  if (!told) return null
  return html`<p class="told">${words.told(told.client, told.claims)}</p>
<input type="hidden" name="agreement" value="${told.agreement}">`
}

/** The script's whole input: its own text is constant, so that a policy can name its hash. */
export function scriptInput(form: EntryForm, words: Words): Markup {
  const { left, runsOut } = words.timeToSignIn
  const said = {
    ...words.progress,
    left,
    runsOut,
    units: words.units,
    problems: problemsInPlace(words),
  }
  const state = form.receipt === undefined ? 'scanned' : 'pending'
  const goodFor = form.kind === 'sign-up' ? undefined : form.goodFor
  return html`<div hidden data-sign-in="${form.id}" data-state="${state}" data-receipt="${form.receipt ?? ''}" data-good-for="${goodFor ?? ''}" data-words="${JSON.stringify(said)}"></div>`
}

/** Stands before the fields, where it is still in sight when the keyboard is open. */
export function problemBox(problem: Problem | null): Markup {
  return html`<p class="problem" id="problem" role="alert" data-problem ${problem === null ? 'hidden' : ''}>${problem?.sentence}</p>`
}

/**
 * How long the visitor may still take. Without script it says so as of now; with script it counts, and it is
 * shown as soon as the scan is committed.
 */
export function timeLine(form: EntryForm, words: Words): Markup {
  const { time } = form
  const { within, more } = words.timeToSignIn
  const left = time && within.replace('{time}', timeLeft(time.leftMs, words.timeToSignIn))
  const button = carryOn(form, { next: sameForm(form), step: 'extend' }, 'link', more)
  const look = time?.extendable === false ? 'time-left spent' : 'time-left'
  return html`<p class="${look}" data-time-left="${time?.leftMs ?? ''}"${time === undefined && ' hidden'}><span>${left}</span> ${button}</p>`
}

/** `2 min 59 s`: never more than is left. */
function timeLeft(ms: number, { minute, second }: Words['timeToSignIn']): string {
  const seconds = Math.floor(ms / 1000)
  const minutes = Math.floor(seconds / 60)
  const parts = [
    minutes > 0 && minute.replace('#', `${minutes}`),
    (minutes === 0 || seconds % 60 > 0) && second.replace('#', `${seconds % 60}`),
  ]
  return parts.filter(Boolean).join(' ')
}

/** Where the script says what it is waiting for. */
export function progressLine(): Markup {
  return html`<p class="progress" role="status" data-progress></p>`
}

export function accountField(words: Words, value: string | undefined, problem: Problem | null) {
  return html`<div class="field">
<label for="account">${words.account}</label>
<input id="account" name="account" type="text" inputmode="email" autocomplete="username webauthn" autocapitalize="none" autocorrect="off" spellcheck="false" enterkeyhint="next" maxlength="256" required value="${value ?? ''}"${pointed('account', problem)}>
</div>`
}

export function invitationField(words: Words, value: string | undefined, problem: Problem | null) {
  return html`<div class="field">
<label for="invitation">${words.signUp.invitation}</label>
<input id="invitation" name="invitation" type="text" autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" enterkeyhint="next" maxlength="64" required value="${value ?? ''}"${pointed('invitation', problem)}>
</div>`
}

export function nameField(words: Words, value: string | undefined, problem: Problem | null) {
  return html`<div class="field">
<label for="name">${words.signUp.name}</label>
<input id="name" name="name" type="text" autocomplete="name" enterkeyhint="next" maxlength="64" required value="${value ?? ''}"${pointed('name', problem)}>
</div>`
}

/** The button that shows the password stays hidden until the script gives it something to do. */
export function passwordField(words: Words, purpose: 'current' | 'new', problem: Problem | null) {
  const hint = purpose === 'new' && html` <span class="hint">${words.signUp.passwordHint}</span>`
  const least = purpose === 'new' && html` minlength="8"`
  return html`<div class="field">
<label for="password">${words.password}${hint}</label>
<div class="password">
<input id="password" name="password" type="password" autocomplete="${purpose}-password" autocapitalize="none" enterkeyhint="go" required${least}${pointed('password', problem)}>
<button type="button" class="reveal" data-reveal aria-label="${words.revealName}" aria-pressed="false" aria-controls="password" hidden>${words.reveal}</button>
</div>
</div>`
}

/** The visitor may want to be known here the next time; never on by itself, as phones are shared. */
export function rememberField(
  { rememberable, remember }: SignInForm | SignUpForm,
  words: Words,
): Markup | null {
  if (!rememberable) return null
  const { label, hint } = words.remember
  return html`<label class="remember"><input type="checkbox" name="remember" value="on"${remember && html` checked`}> <span>${label} <span class="hint">${hint}</span></span></label>`
}

function pointed(field: Field, problem: Problem | null): Markup {
  const here = problem?.field === field && html` aria-invalid="true" autofocus`
  return html` aria-describedby="problem"${here}`
}
