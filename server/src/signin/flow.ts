import type { ClaimAnswer, Frame, Language, SignInView, StartAnswer } from '@qrgate/sdk/protocol'
import { finalStates } from '@qrgate/sdk/protocol'
import type { Accounts } from '../accounts/accounts.ts'
import type { Proof, Prove } from '../accounts/methods/proof.ts'
import type { RememberedPhones } from '../accounts/remembered-phones.ts'
import type { Clock } from '../clock.ts'
import { afterwards, Refusal } from '../errors.ts'
import { type Kiosks, whereIs } from '../kiosks/kiosks.ts'
import type { Limit } from '../limits/limit.ts'
import { kioskKey } from '../limits/payer.ts'
import { currentFrame, frameTime, isFresh, nextFrames, type Rotation } from '../protocol/frames.ts'
import type { KioskSecrets } from '../protocol/kiosk-secret.ts'
import type { Actor } from '../protocol/log-event.ts'
import { phoneHash } from '../protocol/phone-key.ts'
import { acceptsProof, allows } from '../protocol/policy.ts'
import type { Method } from '../protocol/policy-document.ts'
import type { Receipts } from '../protocol/receipt.ts'
import { endedRefusal, isApproved } from '../protocol/sign-in.ts'
import { createSignInId } from '../protocol/sign-in-id.ts'
import type { Agreed, SignIn, Step, Timings } from '../protocol/sign-in-row.ts'
import { signInView } from '../protocol/sign-in-view.ts'
import type { Tickets } from '../protocol/ticket.ts'
import type { Account } from '../store/account.ts'
import type { Changes, Decide } from '../store/change.ts'
import type { Kiosk } from '../store/kiosk.ts'
import type { RememberedPhone } from '../store/remembered-phone.ts'
import type { SignIns, WithSignIn } from '../store/sign-ins.ts'
import type { Delivery, Watch } from '../watch/delivery.ts'
import { claimAnswer } from './claim-answer.ts'
import type { Moves, Subject } from './moves.ts'
import type { OpenedPage, OpenPage } from './opened-page.ts'
import { type Phone, payerOf } from './phone.ts'
import { type ClaimingScreen, kioskProver, type Screen } from './screen.ts'
import type { Services } from './services.ts'
import type { ReadTicket } from './ticket-reader.ts'
import type { Telling } from './told.ts'
import { type WithHandOff, watchWithHandOff } from './watched.ts'

/**
 * The story of a sign-in, in the order in which it happens:
 * start (kiosk) · open and scan (phone) · sign in = approve, or deny (phone) · claim (kiosk).
 *
 * Every change is one step of the state machine inside one transaction; then, and only then, the bus
 * is told. Each function throws a Refusal where it says no.
 */
export type Flow = ReturnType<typeof createFlow>

/** What comes with an approval besides the proof of who somebody is. */
export interface Approval {
  /** What the page said that others are told. */
  agreement?: string | undefined
  /** Whether the phone is to be remembered, where this kiosk's policy lets it be of use. */
  remember?: boolean
}

/** The same, as it was looked at. */
interface Approving {
  by: Actor
  agreed: Agreed | null
  remembers:
    | ((proven: Pick<Proof, 'account' | 'amr'>) => Changes<string, RememberedPhone>)
    | undefined
}

export interface FlowParts {
  signIns: SignIns
  moves: Moves
  services: Services
  delivery: Delivery
  clock: Clock
  accounts: Accounts
  kiosks: Kiosks
  tickets: Tickets
  readTicket: ReadTicket
  telling: Telling
  openPage: OpenPage
  kioskSecrets: KioskSecrets
  receipts: Receipts
  phones: Pick<RememberedPhones, 'begin'>
  timings: Timings
  rotation: Rotation
  /** Scans, by kiosk. */
  scans: Limit
  /** Rows that a kiosk may cause without anybody having scanned. */
  unscannedRows: Limit
  /** Writes a ticket as the address that the QR holds. */
  ticketAddress(ticket: string): string
  randomBytes(size: number): Uint8Array
}

export function createFlow(parts: FlowParts) {
  const { signIns, moves, services, clock, accounts, kiosks, telling } = parts
  const { tickets, kioskSecrets, receipts } = parts

  const framing = {
    tickets,
    rotation: parts.rotation,
    pending: parts.timings.pending,
    address: parts.ticketAddress,
  }

  /** A new sign-in. Nothing is stored: the answer says it all, and costs three MACs. */
  function start(kiosk: Kiosk): StartAnswer {
    const now = clock()
    const id = createSignInId(now, parts.randomBytes(10))
    return {
      id,
      kiosk_secret: kioskSecrets.mint(id, kiosk.number),
      expires_in: parts.timings.pending / 1000,
      frame: currentFrame(id, kiosk.number, now, framing),
    }
  }

  /** Approves for whoever is proven, if kiosk, way and account are good still; a new account comes with it. */
  async function takeApproval(
    subject: Subject,
    { account, method, amr, provenAt, add, also, remember }: Proof,
    { by, agreed, remembers }: Approving,
  ) {
    const { policy } = await kiosks.usable(subject.kiosk.number)
    requireAllowed(policy, method)
    const isEnough = provenAt === undefined || acceptsProof(policy, provenAt, clock())
    if (!isEnough) throw new Refusal('proof_too_old')
    const { key, epoch } = account
    const proven = { account: key, epoch, method, amr, provenAt: provenAt ?? null }
    const step: Step = { type: 'approve', phoneHash: by.id, ...proven, agreed }
    const phones = remembers ? { rememberedPhones: remembers({ account, amr }) } : {}
    if (add) return moves.take(subject, step, { ...newAccount(account, add), ...also, ...phones })
    await accounts.assertUsable(key, epoch)
    // The approval first: somebody waits for it.
    const approved = moves.take(subject, step, { ...also, ...phones })
    const [signIn] = await Promise.all([approved, remember?.()])
    return signIn
  }

  return {
    // ── start ──────────────────────────────────────────────────────────────────────────────────

    start,

    /** Who asks is the screen that started it; to be proven anew for every call. */
    proveKiosk: kioskProver(kioskSecrets, kiosks),

    /** The QR's content for the next minute. */
    frames(screen: Screen): Frame[] {
      const { id, kiosk } = screen.use()
      return nextFrames(id, kiosk.number, clock(), framing)
    },

    /** Tells how the sign-in stands, then every change. */
    watch(screen: Screen, tell: (now: WithHandOff) => void): Watch & { kiosk: number } {
      const subject = screen.use()
      let heard = false
      const read = async () => {
        // Who begins to watch is there; who has watched for a while may have gone.
        const signIn = await (heard ? moves.current(subject) : moves.ofKioskPage(subject))
        heard = true
        return signIn
      }
      const watch = watchWithHandOff(parts.delivery, subject.id, read, services.watched, tell)
      return { ...watch, kiosk: subject.kiosk.number }
    },

    /** What an always-on screen shows next, when nobody has scanned what it shows. */
    startNext(screen: Screen): StartAnswer {
      return start(screen.use().kiosk)
    },

    // ── scan ───────────────────────────────────────────────────────────────────────────────────

    /** What the phone is shown for a QR. Changes nothing, so previews and prefetches do no harm. */
    async open(text: string, phoneKey: string): Promise<OpenedPage> {
      const { ticket, kiosk } = await parts.readTicket(text)
      const { id, seconds } = ticket
      const now = clock()
      const shownAt = frameTime(seconds, id)
      const fresh = isFresh(seconds, id, now, parts.rotation)
      return parts.openPage({ id, kiosk }, phoneKey, { shownAt, fresh }, 'ticket_stale')
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
        return (await moves.ofPhone(id, phone.key)).signIn
      }
      const kiosk = await kiosks.usable(read.kiosk)
      // Only what is not scanned yet becomes a row, so only that is limited per kiosk.
      const { state } = await moves.current({ id, kiosk })
      const step = { type: 'scan', phoneHash: hash, phoneKind: phone.kind } as const
      const take = () => moves.take({ id, kiosk }, step)
      if (state !== 'pending') return take()
      return parts.scans.spendOnce(kioskKey(whereIs(kiosk, phone.address)), id, take)
    },

    /** What the phone that scanned may know; asking for it, its page is there. */
    async viewOfPhone(
      id: string,
      phoneKey: string,
    ): Promise<WithHandOff<SignIn> & { kiosk: Kiosk }> {
      const { signIn, kiosk } = await moves.ofPhonePage(id, phoneKey)
      return { ...(await services.ofSignIn(signIn)), kiosk }
    },

    /** Tells the phone that scanned how its sign-in stands, then every change. */
    watchOfPhone(id: string, phoneKey: string, tell: (now: WithHandOff<SignIn>) => void): Watch {
      const read = async () => (await moves.ofPhone(id, phoneKey)).signIn
      return watchWithHandOff(parts.delivery, id, read, services.watched, tell)
    },

    // ── sign in = approve, or deny ─────────────────────────────────────────────────────────────

    /**
     * The submit names the place, so signing in is the approval: one move, whatever the proof is.
     * Open? Then prove; then kiosk, its policy and account once more, as a proof may have taken long.
     */
    async approve(
      id: string,
      phone: Phone,
      prove: Prove,
      { agreement, remember = false }: Approval = {},
    ): Promise<SignIn> {
      const { signIn, kiosk } = await moves.ofPhone(id, phone.key)
      if (finalStates.has(signIn.state)) throw endedRefusal(signIn)
      const { policy } = await kiosks.usable(kiosk.number)
      const requireOpen = (method: Method) => requireAllowed(policy, method)
      const agreed = telling.agreed(id, phone.key, agreement)
      const by: Actor = { kind: 'phone', id: phoneHash(phone.key, id) }
      const payer = payerOf({ id, kiosk }, phone)
      const remembers: Approving['remembers'] =
        remember && allows(policy, 'remembered')
          ? proven => parts.phones.begin({ signIn: id, phoneKey: phone.key, ...phone }, proven, by)
          : undefined
      const approving = { by, agreed, remembers }
      const asked = { signIn: id, by, payer, requireOpen }
      const proof = await prove({ again: isApproved(signIn), ...asked })
      return takeApproval({ id, kiosk }, proof, approving).catch(async error => {
        if (!proof.add || !(error instanceof Refusal)) throw error
        // A sign-up may have come twice at once: then the other one has added this very account.
        if (!isApproved((await moves.ofPhone(id, phone.key)).signIn)) throw error
        const known = await prove({ again: true, ...asked })
        return takeApproval({ id, kiosk }, known, approving)
      })
    },

    async deny(id: string, phoneKey: string): Promise<SignIn> {
      const { kiosk } = await moves.ofPhone(id, phoneKey)
      return moves.take({ id, kiosk }, { type: 'deny', phoneHash: phoneHash(phoneKey, id) })
    },

    /** The visitor needs more time to sign in: once. */
    async extendByPhone(id: string, phoneKey: string): Promise<SignIn> {
      const { kiosk } = await moves.ofPhone(id, phoneKey)
      const hash = phoneHash(phoneKey, id)
      return moves.take({ id, kiosk }, { type: 'extend', by: 'phone', phoneHash: hash })
    },

    // ── at the kiosk: view, extend, cancel, claim ──────────────────────────────────────────────────────

    async view(screen: Screen): Promise<SignInView> {
      const signIn = await moves.ofKioskPage(screen.use())
      const { handOff } = await services.ofSignIn(signIn)
      return signInView(signIn, clock(), handOff)
    },

    /** The same, asked for at the kiosk. */
    async extend(screen: Screen): Promise<SignInView> {
      return signInView(await moves.take(screen.use(), { type: 'extend', by: 'kiosk' }), clock())
    },

    /** @param address where the screen is. */
    async cancel(
      screen: Screen,
      reason: 'kiosk' | 'not_my_phone',
      address: string,
    ): Promise<SignInView> {
      const subject = screen.use()
      // Cancelling what nobody scanned inserts a row, so it is limited per kiosk.
      const { state } = await moves.current(subject)
      const take = () => moves.take(subject, { type: 'cancel', reason })
      const key = kioskKey(whereIs(subject.kiosk, address))
      const cancelled =
        state === 'pending' ? parts.unscannedRows.spendOnce(key, subject.id, take) : take()
      return signInView(await cancelled, clock())
    },

    /**
     * Who signed in; repeatable for a while, as an answer may get lost. A screen learns a masked name,
     * the same each time; the kiosk's client, by its credential, what it was agreed to be told.
     */
    async claim(
      screen: ClaimingScreen,
      clientCredential?: string,
      language: Language = 'ko',
    ): Promise<ClaimAnswer> {
      const subject = screen.use()
      const client = await telling.asking(subject.kiosk, clientCredential)
      const rehearsed = await moves.rehearse(subject, { type: 'claim' })
      if (rehearsed.account === null) throw new Refusal('not_approved')
      const account = await accounts.assertUsable(rehearsed.account, rehearsed.epoch)
      const { services: offered, request } = await services.atClaim(
        subject.kiosk,
        rehearsed,
        language,
      )
      const known = telling.known(subject.kiosk, rehearsed, account, clock())
      const step: Step = { type: 'claim', handOff: request?.id }
      const signIn = await moves.take(subject, step, { ...known, ...request?.also })
      if (request && signIn.handOff === request.id) services.requested(request.id)
      const { handOff } = await afterwards(services.ofSignIn(signIn))
      const answer = claimAnswer(signIn, account, offered, handOff)
      if (!client) return answer
      return { ...answer, ...(await afterwards(telling.told(client, signIn, account))) }
    },

    /** A kiosk was revoked: what its visitors have begun is over, visits too; a sign-in that nobody scanned has no row. */
    async cancelAllOf(kiosk: number): Promise<void> {
      for (const id of await signIns.openOf({ kiosk })) {
        await moves.takeStored(id, { type: 'cancel', reason: 'revoked' }).catch(error => {
          // Between the look and the step it may have been finished otherwise.
          if (!(error instanceof Refusal)) throw error
        })
      }
    },
  }
}

function newAccount({ key }: Account, add: Decide<Account>): WithSignIn {
  return { accounts: new Map([[key, add]]) }
}

/** @param policy a kiosk's row's. @throws Refusal `method_not_allowed`. */
function requireAllowed(policy: string | null, method: Method): void {
  if (!allows(policy, method)) throw new Refusal('method_not_allowed')
}
