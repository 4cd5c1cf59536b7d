import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import type { ClaimAnswer, HandOffView, SignInView } from '@qrgate/sdk/protocol'

/** Who does something. A stranger holds the secret of another sign-in. */
export type Who = 'phone' | 'other phone' | 'kiosk' | 'stranger'

export type Act =
  | ('start' | 'view' | 'watch' | 'claim' | 'choose' | 'cancel' | 'end')
  | ('scan' | 'sign_in' | 'deny' | 'leave' | 'not_me')

/** What somebody sets out to do. */
export interface Doing {
  who: Who
  act: Act
  signIn: string
  /** Which of the nodes is asked. */
  node: number
  /** On a socket: which one. */
  socket?: number
  /** Typed to sign in. */
  account?: string
  service?: string
  /** After all faults were over. */
  last?: true
}

/** What is told of a sign-in, and of what was asked for in it. */
export interface Told {
  state?: string
  seq?: number
  reason?: string
  /** Of whoever signed in, masked. */
  name?: string
  /** Of what every repeat of a claim must say alike. */
  digest?: string
  handOff?: { id: string; seq: number; state: string; service: string; number?: string }
}

/**
 * `ok` and `fail` are what was told: done, and not done for good. `unknown`: no answer, or one that says
 * that nobody knows.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

/** A line of a history. Times are milliseconds of one monotonic clock, that of whoever looks on. */
export type Line =
  | ({ type: 'invoke'; op: number; at: number } & Doing)
  | ({
      type: Outcome
      op: number
      at: number
      signIn: string
      status?: number
      code?: string
    } & Told)
  /** Said by a node by itself, on a socket. */
  | ({ type: 'heard'; at: number; who: Who; signIn: string; node: number; socket: number } & Told)
  /** What a client's system was asked, and which number it has for it. */
  | { type: 'asked'; at: number; signIn: ''; handOff: string; number: string; how: string }
  /** A fault began or ended. */
  | { type: 'fault' | 'healed'; at: number; signIn: ''; kind: string }

export interface Answer extends Told {
  outcome: Outcome
  status?: number
  code?: string
  body?: Record<string, unknown>
}

/** Those 503 that say for certain that nothing has happened, nor will. */
const definite = new Set(['storage_busy', 'busy', 'restarting'])

/** All that was done and told, in the order of its coming; nothing is ever taken back. */
export class History {
  readonly lines: Line[] = []
  readonly #file: string | undefined
  #ops = 0
  #unwritten: string[] = []

  /** @param file also holds it, a JSON object a line. */
  constructor(file?: string) {
    this.#file = file
  }

  get now(): number {
    return Math.round(performance.now() * 10) / 10
  }

  add(line: Line): void {
    this.lines.push(line)
    if (this.#file === undefined) return
    this.#unwritten.push(`${JSON.stringify(line)}\n`)
    if (this.#unwritten.length >= 200) this.flush()
  }

  flush(): void {
    if (this.#file !== undefined) appendFileSync(this.#file, this.#unwritten.splice(0).join(''))
  }

  /** Notes that something begins. @returns notes what came of it. */
  begin(doing: Doing): (answer: Answer) => Answer {
    this.#ops += 1
    const op = this.#ops
    this.add({ type: 'invoke', op, at: this.now, ...doing })
    return answer => {
      const { outcome, body: _, ...told } = answer
      this.add({ type: outcome, op, at: this.now, signIn: doing.signIn, ...told })
      return answer
    }
  }

  /** Asks, and notes what is asked and answered. @param patience milliseconds; then nobody waits any more. */
  async ask(doing: Doing, send: () => Promise<Response>, patience = 8_000): Promise<Answer> {
    const note = this.begin(doing)
    return note(await withinPatience(patience, answerTo(send), { outcome: 'unknown' }))
  }
}

export function withinPatience<T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>(resolve => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

async function answerTo(send: () => Promise<Response>): Promise<Answer> {
  try {
    const response = await send()
    const { status } = response
    const text = await response.text()
    const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {}
    const code = typeof body.code === 'string' ? { code: body.code } : {}
    if (status < 400) return { outcome: 'ok', status, body, ...toldBy(body) }
    const withoutTime = status === 503 && response.headers.get('retry-after') === null
    if (withoutTime) return { outcome: 'unknown', status, code: 'no retry-after', body }
    const certain = status < 500 || (status === 503 && definite.has(`${body.code}`))
    return { outcome: certain ? 'fail' : 'unknown', status, body, ...code }
  } catch {
    return { outcome: 'unknown' }
  }
}

/** What there is to check in an answer or a message. */
export function toldBy(
  body: Partial<Omit<SignInView, 'state'> & Omit<ClaimAnswer, 'state'>> & { state?: string },
): Told {
  const { state, seq, reason, account, hand_off } = body
  return {
    ...(state !== undefined && { state }),
    ...(seq !== undefined && { seq }),
    ...(reason !== undefined && { reason }),
    ...(account !== undefined && { name: account.name, digest: digestOf(body) }),
    ...(hand_off !== undefined && { handOff: handOffTold(hand_off) }),
  }
}

function handOffTold({ id, seq, state, service, ticket }: HandOffView) {
  const number = ticket?.number
  return { id, seq, state, service: service.id, ...(number !== undefined && { number }) }
}

/** Without what may differ from one time to the next: how the hand-off stands, and what is signed anew. */
function digestOf({
  id,
  state,
  account,
  auth_time,
  amr,
  claims,
}: Partial<Omit<ClaimAnswer, 'state'>> & { state?: string }): string {
  const same = JSON.stringify([id, state, account, auth_time, amr, claims])
  return createHash('sha256').update(same).digest('base64url').slice(0, 12)
}
