import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Passkeys } from '../../accounts/passkeys.ts'
import type { RememberedPhones } from '../../accounts/remembered-phones.ts'
import type { Sessions, Signed } from '../../accounts/sessions.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { Refusal, type RefusalCode } from '../../errors.ts'
import type { HandOffs } from '../../handoff/hand-offs.ts'
import type { Limit } from '../../limits/limit.ts'
import { createPhoneKey, isPhoneKey } from '../../protocol/phone-key.ts'
import type { OwnAccount } from '../../signin/own-account.ts'
import type { OwnChanges } from '../../signin/own-changes.ts'
import type { OwnExport } from '../../signin/own-export.ts'
import type { OwnPage } from '../../signin/own-page.ts'
import type { Phone } from '../../signin/phone.ts'
import type { Visits } from '../../signin/visit.ts'
import type { PageAssets } from '../phone/assets.ts'
import { type Problem, problemOf } from '../phone/problem.ts'
import { words as phoneWords } from '../phone/words.ts'
import {
  kioskCredentialCookie,
  type OwnCookie,
  passkeyCookie,
  phoneKeyCookie,
  rememberedCookie,
  sessionCookie,
} from '../server/cookies.ts'
import { chosenLanguage, type Language, requestLanguage } from '../server/language.ts'
import { html } from '../server/markup.ts'
import { phoneKind } from '../server/phone-kind.ts'
import { sentence } from '../server/sentences.ts'
import { beginRefusal, refusalOf } from '../server/server.ts'
import { ownWords } from './dictionary.ts'
import { type SayTime, timesIn } from './moments.ts'
import { type OwnContent, renderOwnPage } from './shell.ts'
import { ownSignInPage } from './sign-in-page.ts'
import type { OwnWords } from './words.ts'

export interface MeParts {
  config: Pick<Config, 'publicUrl' | 'site' | 'timeZone'>
  sessions: Sessions
  ownPage: OwnPage
  ownAccount: OwnAccount
  ownExport: OwnExport
  ownChanges: OwnChanges
  passkeys: Pick<Passkeys, 'rename'>
  phones: Pick<RememberedPhones, 'find' | 'forgetOf'>
  visits: Pick<Visits, 'endByOwner'>
  handOffs: Pick<HandOffs, 'cancelByOwner'>
  clock: Clock
  assets: PageAssets
  /** What somebody does on their own pages, by account. */
  pages: Limit
  randomBytes(size: number): Uint8Array
}

/** Pages for people, and no part of the API. */
export const hidden = { hide: true }

interface Cookies {
  key: OwnCookie
  session: OwnCookie
  remembered: OwnCookie
  passkey: OwnCookie
  screen: OwnCookie
}

export type OwnerOf = (request: FastifyRequest, reply: FastifyReply) => Owner

export function readsOwners(parts: MeParts): OwnerOf {
  const { publicUrl } = parts.config
  const cookies: Cookies = {
    key: phoneKeyCookie(publicUrl),
    session: sessionCookie(publicUrl),
    remembered: rememberedCookie(publicUrl),
    passkey: passkeyCookie(publicUrl),
    screen: kioskCredentialCookie(publicUrl),
  }
  return (request, reply) => new Owner(parts, cookies, request, reply)
}

/** One request of somebody who looks after their own account, and every answer it may get. */
export class Owner {
  readonly #parts: MeParts
  readonly #cookies: Cookies
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  readonly lang: Language
  #newKey: string | undefined

  constructor(parts: MeParts, cookies: Cookies, request: FastifyRequest, reply: FastifyReply) {
    this.#parts = parts
    this.#cookies = cookies
    this.#request = request
    this.#reply = reply
    const chosen = chosenLanguage(request, reply, parts.config.publicUrl)
    this.lang = chosen ?? requestLanguage(request)
  }

  // ── who asks ─────────────────────────────────────────────────────────────────────────────────

  /** This browser, as one of a visitor at a kiosk would be known; without a key of its own it proves nothing. */
  get browser(): Phone {
    const { headers, ip: address } = this.#request
    return { key: this.#key, kind: phoneKind(headers['user-agent']), address }
  }

  get #key(): string {
    if (this.#newKey !== undefined) return this.#newKey
    const key = this.#cookies.key.read(this.#request)
    return key !== undefined && isPhoneKey(key) ? key : ''
  }

  #keyOrNew(): string {
    const key = this.#key || createPhoneKey(this.#parts.randomBytes(32))
    this.#cookies.key.write(this.#reply, key)
    this.#newKey = key
    return key
  }

  get #secret(): string {
    return this.#cookies.session.read(this.#request) ?? ''
  }

  /** Nobody looks after an account on a screen that all visitors stand before. */
  requireOwnBrowser(): void {
    if (this.#cookies.screen.read(this.#request) !== undefined) {
      throw new Refusal('method_not_allowed', 'in the browser of a screen')
    }
  }

  /** Whose session this browser has; null where nobody is signed in. @throws Refusal `too_many`. */
  async find(): Promise<Signed | null> {
    const signed = await this.#parts.sessions.find(this.#secret, this.#key)
    if (signed) this.#parts.pages.spend(signed.account.key)
    return signed
  }

  /** @throws Refusal `signed_out`. */
  async signed(): Promise<Signed> {
    const signed = await this.find()
    if (!signed) throw new Refusal('signed_out')
    return signed
  }

  /** The hash of the phone that this browser is remembered as, where that is this account's. */
  async hereOf({ account }: Signed): Promise<string | undefined> {
    const known = await this.#parts.phones.find(this.#cookies.remembered.read(this.#request) ?? '')
    return known?.account.key === account.key ? known.phone.hash : undefined
  }

  /** A new session is this browser's from now on; one of before is over. */
  async begin(secret: string): Promise<void> {
    if (this.#secret !== secret) await this.#parts.sessions.end(this.#secret, this.#key)
    this.#cookies.session.write(this.#reply, secret)
  }

  async end(): Promise<void> {
    await this.#parts.sessions.end(this.#secret, this.#key)
    this.#cookies.session.clear(this.#reply)
    // What a browser has kept to go back to (ASVS 14.3.1).
    this.#reply.header('clear-site-data', '"cache"')
  }

  passkeyKnown(): void {
    this.#cookies.passkey.write(this.#reply, '1')
  }

  /** The phone that was just forgotten is this one. */
  forgetHere(): void {
    this.#cookies.remembered.clear(this.#reply)
  }

  // ── what it is answered ──────────────────────────────────────────────────────────────────────

  get words(): OwnWords {
    return ownWords[this.lang]
  }

  get time(): SayTime {
    return timesIn(this.lang, this.#parts.config.timeZone, this.#parts.clock())
  }

  get site(): string {
    return this.#parts.config.site[this.lang]
  }

  /** @param path where the same page stands in another language. */
  show(content: OwnContent, path = '/me') {
    const { assets } = this.#parts
    this.#reply.type('text/html; charset=utf-8').header('vary', 'Accept-Language, Cookie')
    const shown = { lang: this.lang, site: this.site, path, assets }
    return this.#reply.send(renderOwnPage(content, shown))
  }

  /** After a POST a browser is sent to the page that shows how things stand. */
  goTo(path = '/me') {
    return this.#reply.redirect(path, 303)
  }

  /** Where somebody says who they are. @param problem what was wrong with it the last time. */
  showSignIn(accountId?: string, problem: Problem | null = null) {
    this.#keyOrNew()
    const options = this.#parts.ownPage.passkeyOptions(this.browser)
    const first = this.#cookies.passkey.read(this.#request) !== undefined
    const passkey = options ? { ...options, first } : undefined
    const form = { site: this.site, accountId, problem, passkey }
    return this.show(ownSignInPage(form, this.words, phoneWords[this.lang]))
  }

  /** The same form once more, where that may mend it. @throws any other refusal. */
  retypeSignIn(error: unknown, accountId?: string) {
    const problem = this.problemOf(error)
    return this.showSignIn(accountId, problem)
  }

  /** What somebody can mend in a form, which is then answered with its status. @throws any other refusal. */
  problemOf(error: unknown): Problem {
    const refusal = refusalOf(error)
    if (!mendable.has(refusal.code)) throw refusal
    beginRefusal(refusal, this.#request, this.#reply)
    const { code, retryAfter } = refusal
    if (code === 'too_many_tries') return { sentence: this.words.tooMany, field: null }
    const known = problemOf({ error: code, retryAfter }, phoneWords[this.lang])
    return known ?? { sentence: sentence(code, this.lang), field: null }
  }

  /** Any other refusal; whoever has to say once more who they are is led to where that is done. */
  refuse(error: unknown) {
    const refusal = beginRefusal(error, this.#request, this.#reply)
    const { code } = refusal
    if (code === 'signed_out') {
      this.#cookies.session.clear(this.#reply)
      return this.#reply.code(303).redirect('/me', 303)
    }
    if (code === 'proof_too_old') {
      return this.showSignIn(undefined, { sentence: sentence(code, this.lang), field: null })
    }
    const isScreen = code === 'method_not_allowed'
    const title = isScreen ? this.words.notHere.title : this.words.wrong
    const text = isScreen ? this.words.notHere.text : sentence(code, this.lang)
    const back = !isScreen && html`<a class="secondary" href="/me">${this.words.back}</a>`
    return this.show({
      title,
      main: html`<h1>${title}</h1>
<p class="lead">${text}</p>
${back}`,
    })
  }
}

/** What another try, or something else that is typed, can mend. */
const mendable = new Set<RefusalCode>([
  'wrong_credentials',
  'passkey_wrong',
  'too_many_tries',
  'too_many',
  'busy',
  'password_too_short',
  'password_too_long',
  'password_too_common',
])
