import { finalStates } from '@qrgate/sdk/protocol'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Methods } from '../../accounts/methods/methods.ts'
import type { Passkeys } from '../../accounts/passkeys.ts'
import type { RememberedPhones } from '../../accounts/remembered-phones.ts'
import type { SignUpNotices } from '../../accounts/sign-up-notice.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { afterwards } from '../../errors.ts'
import type { HandOffs } from '../../handoff/hand-offs.ts'
import type { Typist } from '../../limits/code-guesses.ts'
import { createPhoneKey, isPhoneKey } from '../../protocol/phone-key.ts'
import { allows } from '../../protocol/policy.ts'
import type { SignIn } from '../../protocol/sign-in-row.ts'
import { readUserCode } from '../../protocol/user-code.ts'
import type { Flow } from '../../signin/flow.ts'
import type { NewPasskeys } from '../../signin/new-passkeys.ts'
import type { OpenedPage } from '../../signin/opened-page.ts'
import type { Phone } from '../../signin/phone.ts'
import type { Telling } from '../../signin/told.ts'
import type { UserCodes } from '../../signin/user-codes.ts'
import type { Visits } from '../../signin/visit.ts'
import type { Seen, WithHandOff } from '../../signin/watched.ts'
import type { Kiosk } from '../../store/kiosk.ts'
import { type OwnCookie, phoneKeyCookie, readCookies } from '../server/cookies.ts'
import {
  chosenLanguage,
  hasChosenLanguage,
  type Language,
  negotiatedLanguage,
  rememberHint,
  requestLanguage,
} from '../server/language.ts'
import { phoneKind } from '../server/phone-kind.ts'
import { refusalBody } from '../server/refusal-reply.ts'
import { beginRefusal, refusalOf } from '../server/server.ts'
import { noAssets, type PageAssets, type PhoneAssets } from './assets.ts'
import { type Invited, type InvitedOf, readsInvitation } from './invited.ts'
import {
  type CodeProblem,
  type NoticeOnPage,
  type PhoneView,
  type Place,
  renderPage,
  type ToldOnPage,
} from './page.ts'
import { type OfferedPasskeys, type OfferedPasskeysOf, offersPasskeys } from './passkeys.ts'
import { type Remembered, type RememberedOf, readsRemembered } from './remembered.ts'
import { type Typed, type TypedCode, TypedCookie } from './typed.ts'
import {
  codeProblem,
  isMendable,
  phoneState,
  timeToSignIn,
  viewOfRefusal,
  viewOfSignIn,
} from './view-of.ts'

export interface PhoneParts {
  config: Pick<Config, 'publicUrl' | 'site' | 'registration'>
  flow: Flow
  userCodes: UserCodes
  methods: Methods
  phones: Pick<RememberedPhones, 'find' | 'secretOf' | 'forgetSecret'>
  notices: Pick<SignUpNotices, 'present'>
  passkeys: Pick<Passkeys, 'requestOptions'>
  newPasskeys: NewPasskeys
  visits: Visits
  handOffs: HandOffs
  telling: Telling
  clock: Clock
  /** How a phone's sign-in stands once there is more than was seen, or after so many milliseconds. */
  awaitOfPhone(
    id: string,
    phoneKey: string,
    seen: Seen,
    ms: number,
    gone: AbortSignal,
  ): Promise<WithHandOff<SignIn>>
  assets: PhoneAssets
  randomBytes(size: number): Uint8Array
}

/** A form as a visitor has filled it in, to be shown again where it was refused. */
export type FilledIn = {
  kind: 'sign-in' | 'sign-up'
  id: string
  accountId?: string
  name?: string
  invitation?: string | undefined
  remember?: boolean
}

/** Reads a request as a visitor's. */
export type VisitorOf = (request: FastifyRequest, reply: FastifyReply) => Visitor

export function createVisitors(parts: PhoneParts): VisitorOf {
  const { publicUrl } = parts.config
  const cookies: Cookies = {
    key: phoneKeyCookie(publicUrl),
    typed: new TypedCookie(publicUrl),
    invitedOf: readsInvitation(publicUrl),
    rememberedOf: readsRemembered(parts.phones, publicUrl, parts.clock),
    passkeysOf: offersPasskeys(parts.passkeys, parts.newPasskeys, publicUrl),
  }
  return (request, reply) => new Visitor(parts, cookies, request, reply)
}

interface Cookies {
  key: OwnCookie
  typed: TypedCookie
  invitedOf: InvitedOf
  rememberedOf: RememberedOf
  passkeysOf: OfferedPasskeysOf
}

/**
 * One request of a visitor's phone: who sent it and in which language, and every answer it may get.
 * Answers are pages, or JSON to whoever accepts only that.
 */
export class Visitor {
  readonly #parts: PhoneParts
  readonly #cookies: Cookies
  /** The invitation whose link it has opened. */
  readonly invited: Invited
  /** What this browser keeps of whoever is remembered on it. */
  readonly remembered: Remembered
  /** What it may do with passkeys. */
  readonly passkeys: OfferedPasskeys
  readonly #request: FastifyRequest
  readonly #reply: FastifyReply
  #language: Language | undefined
  #newKey: string | undefined

  constructor(parts: PhoneParts, cookies: Cookies, request: FastifyRequest, reply: FastifyReply) {
    this.#parts = parts
    this.#cookies = cookies
    this.invited = cookies.invitedOf(request, reply)
    this.remembered = cookies.rememberedOf(request, reply)
    this.passkeys = cookies.passkeysOf(request, reply)
    this.#request = request
    this.#reply = reply
    this.#language = chosenLanguage(request, reply, parts.config.publicUrl)
  }

  // ── who asks ─────────────────────────────────────────────────────────────────────────────────

  /** This browser's phone key; empty where it has none, which proves nothing. */
  get key(): string {
    if (this.#newKey !== undefined) return this.#newKey
    const key = this.#cookies.key.read(this.#request)
    return key !== undefined && isPhoneKey(key) ? key : ''
  }

  /** This browser's phone key, for a day from now on; on its first visit it gets one. */
  keyOrNew(): string {
    const key = this.key || createPhoneKey(this.#parts.randomBytes(32))
    this.#cookies.key.write(this.#reply, key)
    this.#newKey = key
    return key
  }

  /**
   * A key of yesterday must not run out while its phone signs in, nor before what was asked for is over: it
   * is good for a day from now on.
   */
  #renewKey(): void {
    if (this.key !== '') this.#cookies.key.write(this.#reply, this.key)
  }

  get typist(): Typist {
    return { phoneKey: this.key || undefined, address: this.#request.ip }
  }

  get phone(): Phone {
    const { headers, ip: address } = this.#request
    return { key: this.key, kind: phoneKind(headers['user-agent']), address }
  }

  get wantsJson(): boolean {
    return this.#request.headers.accept?.startsWith('application/json') === true
  }

  /** The language of a page; `?lang=` chooses it and is remembered, whatever is answered. */
  get language(): Language {
    this.#language ??= requestLanguage(this.#request)
    return this.#language
  }

  /** What was chosen at the kiosk whose QR has led here, or null: a hint, good until the next scan. */
  hintLanguage(lang: Language | null): void {
    rememberHint(this.#request, this.#reply, lang, this.#parts.config.publicUrl)
    if (hasChosenLanguage(this.#request)) return
    this.#language ??= lang ?? negotiatedLanguage(this.#request.headers['accept-language'])
  }

  get #query() {
    return this.#request.query as { form?: unknown; remember?: unknown; bare?: unknown }
  }

  /** So that neither another language nor another form nor another scan asks for it again. */
  keepTyped(typed: Typed & TypedCode): void {
    this.#cookies.typed.keep(this.#request, this.#reply, typed)
  }

  /** The same of a form that is sent; the script has its own still, and is answered alike for every id. */
  keepSent(typed: Typed): void {
    if (!this.wantsJson) this.keepTyped(typed)
  }

  forgetTyped(): void {
    this.#cookies.typed.forget(this.#reply)
  }

  /** What was typed on an earlier page, where this one of a sign-in asks for it or shows it. */
  #typed(signIn: string) {
    const typed = this.#cookies.typed.read(this.#request, signIn)
    return { ...typed, invitation: typed.invitation ?? this.invited.code }
  }

  /** Whether one of our own pages has led here; only browsers on plain http leave the first header out. */
  get #fromHere(): boolean {
    const { 'sec-fetch-site': site, referer, origin } = this.#request.headers
    const { publicUrl } = this.#parts.config
    if (site !== undefined) return site === 'same-origin'
    return origin === publicUrl || referer?.startsWith(`${publicUrl}/`) === true
  }

  /** Without script a form is the first to hand in the receipt: the scan comes before all else. */
  async scanFirst(id: string, receipt: string | undefined): Promise<void> {
    if (!receipt) return
    await this.#parts.flow.scan(id, receipt, this.phone)
    this.#renewKey()
  }

  // ── what it is answered ──────────────────────────────────────────────────────────────────────

  /** The sign-in page; where this phone has the sign-in already, its page as it stands. */
  async showOpened({ id, kiosk, receipt, goodFor }: OpenedPage, userCode?: string) {
    if (userCode !== undefined) this.keepTyped({ signIn: id, userCode })
    if (receipt === null) return this.#reply.redirect(`/s/${id}`, 303)
    const place = this.#placeOf(kiosk)
    const told = await this.#told(id, kiosk)
    const opened = { id, receipt, goodFor, told, place, userCode }
    const account = await this.remembered.visitorAt(kiosk)
    if (account) return this.#show({ kind: 'one-tap', ...opened, account })
    return this.#show({
      kind: 'sign-in',
      ...this.#ways(id, kiosk),
      ...this.#typed(id),
      ...opened,
      registration: this.#takesNewAccounts(kiosk),
    })
  }

  /** Where a code is typed. */
  showCodeForm(typed?: string, problem?: CodeProblem) {
    const place = { site: this.#parts.config.site[this.language], kiosk: null }
    return this.#show({ kind: 'code', typed, problem, place })
  }

  /** How this phone's sign-in stands. */
  async showState({ signIn, handOff, kiosk }: WithHandOff<SignIn> & { kiosk: Kiosk }) {
    if (this.wantsJson) return this.#reply.send(phoneState(signIn, handOff, this.#parts.clock()))
    if (!finalStates.has(signIn.state) || handOff?.deadline) this.#renewKey()
    const { form, remember } = this.#query
    const view = viewOfSignIn(signIn, handOff, this.#takesNewAccounts(kiosk), form)
    const told = signIn.state === 'scanned' ? await this.#told(signIn.id, kiosk) : undefined
    const time = timeToSignIn(signIn, this.#parts.clock())
    const place = this.#placeOf(kiosk)
    if (!time) {
      const newPasskey = await this.passkeys.toMake(signIn, this.key, kiosk, place.site)
      return this.#show({ place, ...view, newPasskey })
    }
    const typed = this.#typed(signIn.id)
    const account = form === undefined ? await this.remembered.visitorAt(kiosk) : null
    if (account) {
      const { userCode } = typed
      return this.#show({ kind: 'one-tap', id: signIn.id, place, told, time, userCode, account })
    }
    return this.#show({
      ...{ place, ...view, ...typed, ...this.#ways(signIn.id, kiosk) },
      ...{ told, time, remember: remember === 'on' },
      ...{ notice: await this.#noticeOn(view), invited: this.#byInvitation },
    })
  }

  /** How the sign-in stands after a POST; a browser is sent to the page that shows it. */
  async settle(id: string, query = '') {
    if (!this.wantsJson) return this.#reply.redirect(`/s/${id}${query}`, 303)
    return this.showState(await afterwards(this.#parts.flow.viewOfPhone(id, this.key)))
  }

  /** Where what was asked for is over already, a browser is sent to the page that says so. @throws any other. */
  unlessOver(error: unknown): void {
    if (this.wantsJson || refusalOf(error).code !== 'hand_off_over') throw error
  }

  /** A refusal that the visitor can mend shows the same form again, with what they typed. */
  async retype(error: unknown, form: FilledIn) {
    const refusal = refusalOf(error)
    if (this.wantsJson || !isMendable(refusal)) throw refusal
    const { kiosk, signIn } = await this.#parts.flow.viewOfPhone(form.id, this.key)
    const place = this.#placeOf(kiosk)
    const time = timeToSignIn(signIn, this.#parts.clock())
    const registration = this.#takesNewAccounts(kiosk)
    this.#renewKey()
    beginRefusal(refusal, this.#request, this.#reply)
    const told = await this.#told(form.id, kiosk)
    const [notice, invited] = [await this.#noticeOn(form), this.#byInvitation]
    const { userCode } = this.#typed(form.id)
    return this.#show({
      ...form,
      userCode,
      place,
      time,
      registration,
      ...this.#ways(form.id, kiosk),
      told,
      notice,
      invited,
      error: refusal.code,
      retryAfter: refusal.retryAfter,
    })
  }

  /** The same where a code was typed. */
  retypeCode(error: unknown, typed: string) {
    const refusal = refusalOf(error)
    const problem = codeProblem(refusal)
    if (problem === undefined || this.wantsJson) return this.refuse(refusal, readUserCode(typed))
    beginRefusal(refusal, this.#request, this.#reply)
    return this.showCodeForm(typed, problem)
  }

  /** Any other refusal: a page says why there is nothing to sign in to. @param userCode what has led there. */
  refuse(error: unknown, userCode?: string) {
    const refusal = beginRefusal(error, this.#request, this.#reply)
    if (this.wantsJson) {
      return this.#reply.send(refusalBody(refusal, requestLanguage(this.#request)))
    }
    const view = viewOfRefusal(refusal, this.#request.params, this.#browser)
    // A page of ours from now on, so it gives a key as all others do that ask for one.
    if (this.key === '' && (view.kind === 'elsewhere' || view.kind === 'no-cookies'))
      this.keyOrNew()
    return this.#show({ ...view, userCode })
  }

  async #told(id: string, kiosk: Kiosk): Promise<ToldOnPage | undefined> {
    const told = await this.#parts.telling.shown(id, this.key, kiosk)
    return told ? { ...told, client: told.client[this.language] } : undefined
  }

  /** What besides a password is open here, and to this browser. */
  #ways(signIn: string, kiosk: Kiosk) {
    return {
      rememberable: this.remembered.isOpenAt(kiosk),
      passkey: this.passkeys.toUse(signIn, this.key, kiosk),
    }
  }

  get #browser() {
    const sendsCookies = Object.keys(readCookies(this.#request)).some(name =>
      name.includes('qrgate-'),
    )
    return { sendsCookies, fromHere: this.#fromHere }
  }

  async #noticeOn({ kind }: Pick<PhoneView, 'kind'>): Promise<NoticeOnPage | undefined> {
    if (kind !== 'sign-up') return undefined
    const { texts, version } = await this.#parts.notices.present()
    const { purpose, consent, privacyUrl } = texts
    const { language } = this
    return { version, purpose: purpose[language], consent: consent[language], privacyUrl }
  }

  get #byInvitation(): boolean {
    return this.#parts.config.registration === 'invitation'
  }

  #takesNewAccounts({ policy }: Kiosk): boolean {
    return this.#parts.config.registration !== 'closed' && allows(policy, 'sign_up')
  }

  #placeOf({ name }: Kiosk): Place {
    return { site: this.#parts.config.site[this.language], kiosk: name[this.language] }
  }

  #show(view: PhoneView) {
    this.#reply.type('text/html; charset=utf-8').header('vary', 'Accept, Accept-Language, Cookie')
    return this.#reply.send(renderPage(view, this.language, ...this.#assetsOf(view)))
  }

  #assetsOf({ kind, newPasskey }: PhoneView): PageAssets[] {
    const { assets } = this.#parts
    if (this.#query.bare !== undefined) return [noAssets]
    const page = kind === 'hand-off' ? assets.handOff : assets
    return newPasskey ? [page, assets.newPasskey] : [page]
  }
}
