import type { StartAnswer } from '@qrgate/sdk/protocol'
import { paths } from '@qrgate/sdk/protocol'
import { type Kiosk, KioskSocket } from '../test/support/kiosk.ts'
import { pause } from '../test/support/patience.ts'
import type { GateSet, StandingKiosk } from './gate-set.ts'
import { type Answer, type Doing, type History, toldBy, withinPatience } from './history.ts'
import type { Plan } from './plan.ts'

export const finals = new Set(['denied', 'cancelled', 'expired', 'ended'])

let sockets = 0

/** A kiosk's screen during one visit: shows a QR, learns how things stand, by socket or by poll. */
export class Screen {
  readonly signIn: StartAnswer
  readonly isServed: boolean
  /** The newest that it knows. */
  state = 'pending'
  readonly #set: GateSet
  readonly #history: History
  readonly #kiosk: Kiosk
  readonly #plan: Plan
  #seq = -1
  #handOffSeq = 0
  number: string | undefined
  #node: number
  #over = false
  #changed: (() => void)[] = []

  private constructor(set: GateSet, history: History, plan: Plan, signIn: StartAnswer) {
    this.#set = set
    this.#history = history
    this.#plan = plan
    const { kiosk, isServed } = set.kiosks[plan.kiosk] as StandingKiosk
    this.#kiosk = kiosk
    this.isServed = isServed
    this.signIn = signIn
    this.#node = plan.kioskAt
  }

  /** Starts a sign-in, however often it must be tried. */
  static async start(set: GateSet, history: History, plan: Plan): Promise<Screen> {
    const { kiosk } = set.kiosks[plan.kiosk] as StandingKiosk
    for (let node = plan.kioskAt; ; node = otherNode(set, node)) {
      const answer = await withinPatience(
        5_000,
        kiosk
          .at(set.urls[node] as string)
          .tryStart()
          .then(started, () => undefined),
        undefined,
      )
      if (answer) return new Screen(set, history, plan, answer)
      await pause(plan.dice.between(100, 800))
    }
  }

  get node(): number {
    return this.#node
  }

  /** The same screen at another node, as after a lost connection. */
  move(): void {
    this.#node = otherNode(this.#set, this.#node)
  }

  /** What its QR holds now; undefined where it cannot be had. */
  async frame(): Promise<string | undefined> {
    return withinPatience(
      5_000,
      this.#at()
        .frame(this.signIn)
        .catch(() => undefined),
      undefined,
    )
  }

  /** Watches until it is over, or the screen goes away. */
  async watch(): Promise<void> {
    while (!this.#over && !finals.has(this.state)) {
      await (this.#plan.by === 'socket' ? this.#listen() : this.#poll())
      if (this.#over) return
      await pause(this.#plan.dice.between(50, 600))
      this.move()
    }
  }

  leave(): void {
    this.#over = true
    this.#wake()
  }

  /** Once it knows of one of these states, or of the end. */
  async until(...states: readonly string[]): Promise<string> {
    while (!states.includes(this.state) && !finals.has(this.state) && !this.#over) await this.next()
    return this.state
  }

  next(): Promise<void> {
    return new Promise(resolve => this.#changed.push(resolve))
  }

  async claim(node = this.#node): Promise<Answer> {
    const answer = await this.#post('claim', paths.claim(this.signIn.id), {}, undefined, node)
    if (answer.outcome === 'ok') this.#learn({ ...answer, seq: this.#seq })
    return answer
  }

  cancel(): Promise<Answer> {
    return this.#post('cancel', paths.cancel(this.signIn.id), { reason: 'kiosk' })
  }

  end(): Promise<Answer> {
    return this.#post('end', paths.end(this.signIn.id), { reason: 'kiosk' })
  }

  choose(service: string): Promise<Answer> {
    const body = { service, language: 'ko' }
    return this.#post('choose', paths.service(this.signIn.id), body, service)
  }

  async view(last = false, node = this.#node, since = -1): Promise<Answer> {
    const doing = this.#doing('view', node, last ? { last } : {})
    const query = since < 0 ? '' : `?since=${since}&hand_off_since=${this.#handOffSeq}&wait=5`
    const url = `${this.#set.urls[node]}${paths.signIn(this.signIn.id)}${query}`
    const headers = { authorization: `Bearer ${this.signIn.kiosk_secret}` }
    return this.#history.ask(doing, () => fetch(url, { headers }), 9_000)
  }

  #at(node = this.#node): Kiosk {
    return this.#kiosk.at(this.#set.urls[node] as string)
  }

  #doing(act: Doing['act'], node: number, more: Partial<Doing> = {}): Doing {
    return { who: 'kiosk', act, signIn: this.signIn.id, node, ...more }
  }

  async #post(
    act: Doing['act'],
    path: string,
    body: object,
    service?: string,
    node = this.#node,
  ): Promise<Answer> {
    const doing = this.#doing(act, node, service === undefined ? {} : { service })
    return this.#history.ask(doing, () => this.#at(node).post(path, this.signIn.kiosk_secret, body))
  }

  async #poll(): Promise<void> {
    while (!this.#over && !finals.has(this.state)) {
      const answer = await this.view(false, this.#node, Math.max(0, this.#seq))
      if (answer.outcome !== 'ok') return
      this.#learn(answer)
      await pause(this.#plan.dice.between(20, 200))
    }
  }

  async #listen(): Promise<void> {
    sockets += 1
    const socket = sockets
    const node = this.#node
    const opening = KioskSocket.open(this.#set.urls[node] as string)
    // Whoever answers too late is hung up on.
    const late = () =>
      opening.then(
        opened => opened.cut(),
        () => {},
      )
    const opened = await withinPatience(
      4_000,
      opening.catch(() => undefined),
      undefined,
    )
    if (opened === undefined) return void late()
    const note = this.#history.begin(this.#doing('watch', node, { socket }))
    opened.say({ type: 'watch', id: this.signIn.id, kiosk_secret: this.signIn.kiosk_secret })
    let read = 0
    let isAnswered = false
    try {
      while (!this.#over && !finals.has(this.state)) {
        const isMore = () => opened.heard.length > read
        const waiting = opened.until(isMore).then(
          () => 'more',
          () => 'closed',
        )
        const said = await withinPatience(isAnswered ? 3_000 : 5_000, waiting, 'silence')
        if (said === 'closed') return
        if (said === 'silence') {
          // As the SDK: whatever it asks is answered within five seconds, or the socket is dead.
          if (!isAnswered) return
          opened.say({ type: 'ping' })
          const answered = opened.until(isMore).then(
            () => true,
            () => false,
          )
          if (!(await withinPatience(5_000, answered, false))) return
        }
        for (const message of opened.heard.slice(read)) {
          read += 1
          if (message.type === 'refused') {
            if (!isAnswered) note({ outcome: 'fail', code: message.code })
            isAnswered = true
            return
          }
          if (message.type !== 'state') continue
          const told = toldBy(message)
          if (isAnswered) {
            const { id: signIn } = message
            const { now: at } = this.#history
            this.#history.add({ type: 'heard', at, who: 'kiosk', signIn, node, socket, ...told })
          } else note({ outcome: 'ok', ...told })
          isAnswered = true
          this.#learn({ outcome: 'ok', ...told })
        }
      }
    } finally {
      if (!isAnswered) note({ outcome: 'unknown' })
      opened.cut()
    }
  }

  /** Old news changes nothing, as in the SDK. */
  #learn({ state, seq = -1, handOff }: Answer): void {
    if (handOff) {
      this.#handOffSeq = Math.max(this.#handOffSeq, handOff.seq)
      this.number ??= handOff.number
    }
    if (state !== undefined && seq >= this.#seq && !finals.has(this.state)) {
      this.#seq = seq
      this.state = state
    }
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#changed.splice(0)) wake()
  }
}

async function started(response: Response): Promise<StartAnswer | undefined> {
  const body = await response.json()
  return response.status === 201 ? (body as StartAnswer) : undefined
}

function otherNode({ urls }: GateSet, node: number): number {
  return (node + 1) % urls.length
}
