import { pause } from '../test/support/patience.ts'
import type { Phone } from '../test/support/phone.ts'
import { agreementOn } from '../test/support/told-clients.ts'
import { type GateSet, password } from './gate-set.ts'
import { type Answer, type Doing, type History, withinPatience } from './history.ts'
import type { Plan } from './plan.ts'
import { finals, type Screen } from './screen.ts'

/** How often somebody tries again before they give up: a fault lasts no longer. */
const patience = 60

/** A visitor's phone in one visit: tries again what was not answered, at another node too. */
export class Handset {
  readonly #set: GateSet
  readonly #history: History
  readonly #plan: Plan
  readonly #screen: Screen
  readonly #who: 'phone' | 'other phone'
  #phone: Phone
  #node: number
  #receipt = ''
  #agreement = ''
  number: string | undefined

  constructor(set: GateSet, history: History, plan: Plan, screen: Screen, who: Handset['who']) {
    this.#set = set
    this.#history = history
    this.#plan = plan
    this.#screen = screen
    this.#who = who
    this.#node = plan.phoneAt
    this.#phone = set.phone(set.urls[this.#node] as string)
  }

  get who(): 'phone' | 'other phone' {
    return this.#who
  }

  get id(): string {
    return this.#screen.signIn.id
  }

  /** Scans what the screen shows. @returns whether it has the sign-in. */
  async scan(): Promise<boolean> {
    for (let tries = 0; tries < patience; tries += 1) {
      if (tries > 0) await this.#rest()
      const opened = await this.#open()
      if (opened === 'gone') return false
      if (opened === 'mine') return true
      if (opened === 'later') continue
      const answer = await this.#post('scan', { receipt: this.#receipt })
      if (answer.outcome === 'ok') return !finals.has(answer.state ?? '')
      if (answer.outcome === 'fail' && (answer.status ?? 0) < 500) return false
    }
    return false
  }

  /** One tap on the button; once it is answered, or given up. */
  tap(account: string, typed = password): Promise<Answer> {
    const fields = { account, password: typed, receipt: this.#receipt, agreement: this.#agreement }
    return this.#post('sign_in', fields, { account })
  }

  /** The same whose answer nobody waits for. */
  async tapAndLose(account: string, after: number): Promise<void> {
    const fields = { account, password, receipt: this.#receipt, agreement: this.#agreement }
    await this.#post('sign_in', fields, { account }, after)
  }

  /** Taps until it is told something for certain. */
  async signIn(account: string): Promise<Answer> {
    return this.#again(() => this.tap(account))
  }

  async twice(account: string): Promise<Answer> {
    const [first] = await Promise.all([
      this.tap(account),
      pause(this.#plan.dice.between(0, 60)).then(() => this.#other().tap(account)),
    ])
    return first.outcome === 'ok' ? first : this.signIn(account)
  }

  deny(): Promise<Answer> {
    return this.#again(() => this.#post('deny', { receipt: this.#receipt }))
  }

  end(): Promise<Answer> {
    return this.#again(() => this.#post('end', {}))
  }

  notMe(): Promise<Answer> {
    return this.#again(() => this.#post('not_me', {}))
  }

  leave(): Promise<Answer> {
    return this.#post('leave', {})
  }

  async view(last = false, node = this.#node): Promise<Answer> {
    const doing = this.#doing('view', last ? { last } : {})
    return this.#history.ask({ ...doing, node }, () =>
      this.#at(node).get(`/s/${this.id}`, 'application/json'),
    )
  }

  /** Looks until there is a number, or nothing more to wait for. */
  async waitForNumber(): Promise<void> {
    for (let tries = 0; tries < patience && this.number === undefined; tries += 1) {
      const { outcome, state, handOff } = await this.view()
      this.number = handOff?.number
      if (outcome === 'ok' && finals.has(state ?? '')) return
      await this.#rest()
    }
  }

  /** The same browser, at another node. */
  #go(node: number): void {
    this.#node = node
    this.#phone = this.#at(node)
  }

  #at(node: number): Phone {
    return this.#phone.at(this.#set.urls[node] as string)
  }

  /** Another of its tabs. */
  #other(): Handset {
    const other = new Handset(this.#set, this.#history, this.#plan, this.#screen, this.#who)
    other.#phone = this.#phone
    other.#receipt = this.#receipt
    other.#agreement = this.#agreement
    other.#go((this.#node + this.#plan.dice.below(2)) % this.#set.urls.length)
    return other
  }

  async #open(): Promise<'new' | 'mine' | 'gone' | 'later'> {
    const { state } = this.#screen
    if (finals.has(state)) return 'gone'
    const frame = await this.#screen.frame()
    if (frame === undefined) {
      // What is scanned has no QR any more: perhaps it was this phone whose answer was lost.
      if (this.#receipt === '') return state === 'pending' ? 'later' : 'gone'
      const { outcome, status = 0 } = await this.view()
      if (outcome === 'ok') return 'mine'
      return outcome === 'fail' && status < 500 && state !== 'pending' ? 'gone' : 'later'
    }
    const opened = await withinPatience(
      5_000,
      this.#phone.open(frame).catch(() => undefined),
      undefined,
    )
    if (opened === undefined || opened.status >= 500) return 'later'
    if (opened.receipt === '') return opened.status === 303 ? 'mine' : 'later'
    this.#receipt = opened.receipt
    this.#agreement = agreementOn(opened.page)
    return 'new'
  }

  async #again(ask: () => Promise<Answer>): Promise<Answer> {
    let answer = await ask()
    for (let tries = 0; tries < patience; tries += 1) {
      const isCertain = answer.outcome !== 'unknown' && answer.status !== 503
      if (isCertain && answer.status !== 429) break
      await this.#rest()
      answer = await ask()
    }
    return answer
  }

  async #rest(): Promise<void> {
    await pause(this.#plan.dice.between(150, 1_200))
    if (this.#plan.dice.chance(0.6)) this.#go((this.#node + 1) % this.#set.urls.length)
  }

  #doing(act: Doing['act'], more: Partial<Doing> = {}): Doing {
    return { who: this.#who, act, signIn: this.id, node: this.#node, ...more }
  }

  async #post(
    act: Doing['act'],
    fields: Record<string, string>,
    more: Partial<Doing> = {},
    ms?: number,
  ): Promise<Answer> {
    const path = `/s/${this.id}/${act.replace('_', '-')}`
    const doing = this.#doing(act, more)
    return this.#history.ask(doing, () => this.#phone.post(path, fields), ms)
  }
}
