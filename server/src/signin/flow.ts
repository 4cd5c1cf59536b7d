import type {
  ClaimAnswer,
  Frame,
  PhoneKind,
  SignInView,
  StartAnswer,
  UserCodeAnswer,
} from '@qrgate/sdk/protocol'
import { finalStates } from '@qrgate/sdk/protocol'
import type { Accounts, Credentials, NewAccount } from '../accounts/accounts.ts'
import { maskedName } from '../accounts/masked-name.ts'
import type { Bus } from '../bus/bus.ts'
import type { Clock } from '../clock.ts'
import { Refusal } from '../errors.ts'
import type { Kiosks } from '../kiosks/kiosks.ts'
import { createCodeGuesses, type Typist } from '../limits/code-guesses.ts'
import { createLimit } from '../limits/limit.ts'
import { isFresh, nextFrames, presentFrame, type Rotation } from '../protocol/frames.ts'
import type { KioskSecrets } from '../protocol/kiosk-secret.ts'
import { createPhoneKey, phoneHash } from '../protocol/phone-key.ts'
import type { Receipts } from '../protocol/receipt.ts'
import {
  advance,
  type Observed,
  observe,
  type SignIn,
  type Step,
  type Timings,
} from '../protocol/sign-in.ts'
import { createSignInId, startedAt } from '../protocol/sign-in-id.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Ticket, Tickets } from '../protocol/ticket.ts'
import { createUserCode, readUserCode } from '../protocol/user-code.ts'
import type { Account } from '../store/account.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { SignIns } from '../store/sign-ins.ts'
import type { UserCode, UserCodeRecords } from '../store/user-code.ts'

/**
 * The story of a sign-in, in the order in which it happens:
 * start (kiosk) · open and scan (phone) · sign in = approve, or deny (phone) · claim (kiosk).
 *
 * Every change is one {@link advance} inside one transaction; then, and only then, the bus is told.
 * Each function throws a Refusal where it says no.
 */
export type Flow = ReturnType<typeof createFlow>

export interface FlowParts {
  signIns: SignIns
  userCodes: UserCodeRecords
  /** Where people type user codes. */
  userCodeAddress: string
  bus: Bus
  clock: Clock
  accounts: Accounts
  kiosks: Kiosks
  tickets: { compact: Tickets; jwt: Tickets }
  kioskSecrets: KioskSecrets
  receipts: Receipts
  timings: Timings
  rotation: Rotation
  /** Whether visitors may add accounts themselves. */
  registration: boolean
  /** Writes a ticket as the address that the QR holds. */
  ticketAddress(ticket: string, kind: Kiosk['ticket']): string
  randomBytes(size: number): Uint8Array
}

/** A phone's browser at one sign-in. */
export interface Phone {
  key: string
  kind: PhoneKind
}

/** Long enough to type eight letters, in milliseconds. */
const userCodeLife = 120_000

/** What a step must know of the kiosk that started. */
type Starter = Pick<Kiosk, 'number' | 'claimable'>

/** The relying party of every kiosk that has none of its own. */
const ownRelyingParty = 'qrgate'

export function createFlow(parts: FlowParts) {
  const { signIns, bus, clock, accounts, kiosks, tickets, kioskSecrets, receipts, timings } = parts

  const momentOf = (id: string, { number, claimable }: Starter) => {
    return { id, kiosk: number, claimable, now: clock(), timings }
  }

  /** One step, one transaction, one hint. */
  async function take(id: string, kiosk: Starter, step: Step): Promise<SignIn> {
    const { next, events } = await signIns.update(id, old =>
      advance(old, step, momentOf(id, kiosk)),
    )
    if (events.length > 0) bus.publish(id)
    return next
  }

  /** Checking a password may take long: meanwhile the kiosk may have been switched off. */
  async function takeIfUsable(id: string, { number }: Kiosk, step: Step): Promise<SignIn> {
    return take(id, await kiosks.usable(number), step)
  }

  async function present(id: string, kiosk: Kiosk): Promise<Observed> {
    return observe(await signIns.read(id), momentOf(id, kiosk))
  }

  const framing = (kiosk: Kiosk) => ({
    tickets: tickets[kiosk.ticket],
    rotation: parts.rotation,
    pending: timings.pending,
    address: (ticket: string) => parts.ticketAddress(ticket, kiosk.ticket),
  })

  /** The ticket that a QR holds, if it is one of ours and of the kind its kiosk shows. */
  async function readTicket(text: string): Promise<{ ticket: Ticket; kiosk: Kiosk }> {
    for (const kind of ['compact', 'jwt'] as const) {
      const ticket = tickets[kind].read(text)
      if (!ticket) continue
      const kiosk = await kiosks.usable(ticket.kiosk)
      if (kiosk.ticket === kind) return { ticket, kiosk }
    }
    throw new Refusal('ticket_unknown')
  }

  /** The row of a sign-in that this phone has scanned, with its kiosk. */
  async function ofPhone(id: string, phoneKey: string) {
    const row = await signIns.read(id)
    if (row?.phoneHash !== phoneHash(phoneKey, id)) throw new Refusal('not_your_phone')
    const kiosk = await kiosks.usable(row.kiosk)
    return { signIn: observe(row, momentOf(id, kiosk)) as SignIn, kiosk }
  }

  /** Registers, or recognises its own earlier call: a lost answer must not cost an account. */
  async function registerOnce(
    newAccount: NewAccount & Credentials,
    mayRegister: boolean,
  ): Promise<Account> {
    try {
      if (mayRegister) return await accounts.register(newAccount)
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'account_exists') throw error
    }
    return accounts.authenticate(newAccount).catch(error => {
      const wrong = error instanceof Refusal && error.code === 'wrong_credentials'
      throw wrong ? new Refusal(mayRegister ? 'account_exists' : 'already_ended') : error
    })
  }

  const userCodeAnswer = ({ userCode, expiresAt }: UserCode, now: number): UserCodeAnswer => ({
    user_code: userCode,
    verification_uri: parts.userCodeAddress,
    expires_in: Math.max(0, Math.floor((expiresAt - now) / 1000)),
  })
  const rowsOfKiosk = createLimit('too_many_codes', 600, 60)
  const guesses = createCodeGuesses()

  /** Whom a typed code stands for; only a wrong one uses up a guess. */
  async function readTyped(typed: string, typist: Typist): Promise<UserCode> {
    const uncount = await guesses.count(typist)
    let wrong = false
    try {
      const code = readUserCode(typed)
      const known = code === undefined ? null : await parts.userCodes.find(code)
      if (known && clock() < known.expiresAt) return known
      wrong = true
      throw new Refusal('user_code_unknown')
    } finally {
      if (!wrong) await uncount()
    }
  }

  return {
    // ── start ──────────────────────────────────────────────────────────────────────────────────

    /** A new sign-in. Nothing is stored: the answer says it all, and costs three MACs. */
    start(kiosk: Kiosk): StartAnswer {
      const now = clock()
      const id = createSignInId(now, parts.randomBytes(10))
      return {
        id,
        kiosk_secret: kioskSecrets.mint(id, kiosk.number),
        expires_in: timings.pending / 1000,
        frame: presentFrame(id, kiosk.number, now, framing(kiosk)),
      }
    },

    /** A new sign-in of the seed's API: a JWT, and no kiosk secret. */
    startForSeed(kiosk: Kiosk): string {
      const id = createSignInId(clock(), parts.randomBytes(10))
      return tickets.jwt.mint({ id, kiosk: kiosk.number })
    },

    /** The QR's content for the next half minute. */
    frames(id: string, kiosk: Kiosk): Frame[] {
      return nextFrames(id, kiosk.number, clock(), framing(kiosk))
    },

    /** Who asks is the screen that started it. */
    async proveKiosk(id: string, kioskSecret: string): Promise<Kiosk> {
      const number = kioskSecrets.read(id, kioskSecret)
      if (number === undefined) throw new Refusal('kiosk_secret_wrong')
      return kiosks.usable(number)
    },

    // ── scan ───────────────────────────────────────────────────────────────────────────────────

    /**
     * What the phone is shown for a QR. Changes nothing, so previews and prefetches do no harm; the
     * receipt in the answer is worth something only in this browser.
     */
    async open(text: string, phoneKey: string) {
      const { ticket, kiosk } = await readTicket(text)
      const { id, seconds } = ticket
      const hash = phoneHash(phoneKey, id)
      const current = await present(id, kiosk)
      if (current.phoneHash === hash) return { id, kiosk, receipt: null }
      if (seconds !== undefined && !isFresh(seconds, id, clock(), parts.rotation)) {
        throw new Refusal('ticket_stale')
      }
      if (finalStates.has(current.state)) throw new Refusal('ticket_stale')
      if (current.state !== 'pending') throw new Refusal('in_use')
      return { id, kiosk, receipt: receipts.mint(id, kiosk.number, hash, clock()) }
    },

    /** The same for a code that was typed; wrong ones are limited per network and browser. */
    async openByUserCode(typed: string, phoneKey: string, typist: Typist) {
      const { signIn: id, kiosk: number } = await readTyped(typed, typist)
      const kiosk = await kiosks.usable(number)
      const hash = phoneHash(phoneKey, id)
      const current = await present(id, kiosk)
      if (current.phoneHash === hash) return { id, kiosk, receipt: null }
      if (finalStates.has(current.state)) throw new Refusal('user_code_unknown')
      if (current.state !== 'pending') throw new Refusal('in_use')
      return { id, kiosk, receipt: receipts.mint(id, kiosk.number, hash, clock()) }
    },

    /** The first phone to hand in its receipt has the sign-in; all others are told so. */
    async scan(id: string, receipt: string, phone: Phone): Promise<SignIn> {
      const hash = phoneHash(phone.key, id)
      const read = receipts.read(id, hash, receipt, clock())
      if (read === 'wrong') throw new Refusal('receipt_wrong')
      if (read === 'stale') {
        // Too late to become the scan, but the phone that has it already keeps it.
        const row = await signIns.read(id)
        if (row?.phoneHash !== hash) throw new Refusal('receipt_stale')
        return (await ofPhone(id, phone.key)).signIn
      }
      const kiosk = await kiosks.usable(read.kiosk)
      return take(id, kiosk, { type: 'scan', phoneHash: hash, phoneKind: phone.kind })
    },

    /** What the phone that scanned may know. */
    viewOfPhone: ofPhone,

    // ── sign in, approve, deny ─────────────────────────────────────────────────────────────────

    /** The submit names the place, so signing in is the approval: one move. */
    async signIn(id: string, phoneKey: string, credentials: Credentials): Promise<SignIn> {
      const { kiosk, signIn } = await ofPhone(id, phoneKey)
      requireOpen(signIn)
      const account = await accounts.authenticate(credentials)
      return takeIfUsable(id, kiosk, approval(account, signIn.phoneHash))
    },

    /** A new account, and with the same submit its first sign-in. */
    async signUp(
      id: string,
      phoneKey: string,
      newAccount: NewAccount & Credentials,
    ): Promise<SignIn> {
      const { kiosk, signIn } = await ofPhone(id, phoneKey)
      requireOpen(signIn)
      if (!parts.registration) throw new Refusal('registration_closed')
      const account = await registerOnce(newAccount, signIn.state === 'scanned')
      return takeIfUsable(id, kiosk, approval(account, signIn.phoneHash))
    },

    /** The seed's one call: from the QR straight to approved, for whoever holds the JWT. */
    async signInForSeed(token: string, credentials: Credentials): Promise<SignIn> {
      const { ticket, kiosk } = await readTicket(token)
      const { state } = await present(ticket.id, kiosk)
      if (kiosk.ticket !== 'jwt') throw new Refusal('ticket_unknown')
      if (state !== 'pending') throw new Refusal(state === 'expired' ? 'expired' : 'already_ended')
      const account = await accounts.authenticate(credentials)
      // Nobody holds this key, so no phone can take over what the seed's client has approved.
      const hash = phoneHash(createPhoneKey(parts.randomBytes(32)), ticket.id)
      return takeIfUsable(ticket.id, kiosk, { ...approval(account, hash), type: 'approve_at_once' })
    },

    /** Where the seed's socket listens; the JWT stays good for it as long again as for signing in. */
    async openForSeed(token: string): Promise<{ id: string; kiosk: Kiosk }> {
      const { ticket, kiosk } = await readTicket(token)
      const lastCall = startedAt(ticket.id) + 2 * timings.pending
      if (kiosk.ticket !== 'jwt' || clock() >= lastCall) throw new Refusal('ticket_unknown')
      return { id: ticket.id, kiosk }
    },

    async deny(id: string, phoneKey: string): Promise<SignIn> {
      const { kiosk } = await ofPhone(id, phoneKey)
      return take(id, kiosk, { type: 'deny', phoneHash: phoneHash(phoneKey, id) })
    },

    // ── at the kiosk: view, cancel, claim ──────────────────────────────────────────────────────

    async view(id: string, kiosk: Kiosk): Promise<SignInView> {
      return signInView(await present(id, kiosk), clock())
    },

    /** A code to type, for two minutes; asked for again, it is the same one. */
    async userCode(id: string, kiosk: Kiosk): Promise<UserCodeAnswer> {
      const { state, deadline } = await present(id, kiosk)
      if (state === 'expired') throw new Refusal('expired')
      if (state !== 'pending' || deadline === null) throw new Refusal('already_ended')
      const now = clock()
      const known = await parts.userCodes.ofSignIn(id)
      if (known && now < known.expiresAt) return userCodeAnswer(known, now)
      await rowsOfKiosk.spend(`${kiosk.number}`)
      for (;;) {
        const expiresAt = Math.min(now + userCodeLife, deadline)
        const userCode = createUserCode(parts.randomBytes(32))
        const code = { userCode, signIn: id, kiosk: kiosk.number, expiresAt }
        const given = await parts.userCodes.give(code, now)
        if (given) return userCodeAnswer(given, now)
      }
    },

    async cancel(id: string, kiosk: Kiosk, reason: 'kiosk' | 'not_my_phone'): Promise<SignInView> {
      // Giving up what nobody scanned writes a row of its own; a kiosk gone wild must not fill the disk.
      if ((await present(id, kiosk)).state === 'pending') await rowsOfKiosk.spend(`${kiosk.number}`)
      return signInView(await take(id, kiosk, { type: 'cancel', reason }), clock())
    },

    /** A kiosk was revoked: what its visitors have begun is over; what nobody scanned has no row. */
    async cancelAllOf(number: number): Promise<void> {
      const kiosk = { number, claimable: true }
      for (const id of await signIns.unclaimedOf(number)) {
        await take(id, kiosk, { type: 'cancel', reason: 'revoked' }).catch(error => {
          // Between the look and the step it may have been finished otherwise.
          if (!(error instanceof Refusal)) throw error
        })
      }
    },

    /** Who signed in; the same answer for every repeat in time, as an answer may get lost. */
    async claim(id: string, kiosk: Kiosk): Promise<ClaimAnswer> {
      const row = await signIns.read(id)
      const { next } = advance(row, { type: 'claim' }, momentOf(id, kiosk))
      if (next.account === null) throw new Refusal('not_approved')
      const account = await accounts.assertUsable(next.account)
      const { approvedAt, amr } = await take(id, kiosk, { type: 'claim' })
      return {
        id,
        state: 'claimed',
        account: {
          sub: accounts.subject(account, ownRelyingParty),
          name: maskedName(account.name, account.id),
        },
        auth_time: Math.floor((approvedAt ?? 0) / 1000),
        amr: amr ?? [],
      }
    },
  }
}

function approval(account: Account, phoneHash: string | null) {
  return {
    type: 'approve' as const,
    account: account.key,
    amr: ['pwd'],
    phoneHash: phoneHash ?? '',
  }
}

/** Spares a password hash where the answer is no already; the move itself checks again. */
function requireOpen({ state }: SignIn): void {
  if (state === 'expired') throw new Refusal('expired')
  if (finalStates.has(state)) throw new Refusal('already_ended')
}
