import { paths } from '@qrgate/sdk/protocol'
import { pause } from '../test/support/patience.ts'
import type { GateSet } from './gate-set.ts'
import { Handset } from './handset.ts'
import type { History } from './history.ts'
import { planOf } from './plan.ts'
import { finals, Screen } from './screen.ts'

/** A visit that is over for its people, which can still be asked after. */
export interface Visited {
  screen: Screen
  phone: Handset
}

/** One visit as planned, from the first tap on the screen on. */
export async function visit(
  set: GateSet,
  history: History,
  seed: number,
  number: number,
): Promise<Visited> {
  const cast = { kiosks: set.kiosks.length, nodes: set.urls.length, services: set.services.length }
  const plan = planOf(seed, number, cast)
  const screen = await Screen.start(set, history, plan)
  const phone = new Handset(set, history, plan, screen, 'phone')
  const account = set.accounts[number % set.accounts.length] as string
  const watching = screen.watch()
  const all = [byPhone(phone), atScreen(), plan.stranger && byStranger()]
  if (plan.rival) all.push(byRival())
  await Promise.all(all)
  screen.leave()
  await watching
  return { screen, phone }

  async function byPhone(phone: Handset): Promise<void> {
    const { dice } = plan
    if (plan.phone === 'never comes') return
    await pause(dice.between(0, 400))
    if (!(await phone.scan())) return
    await pause(dice.between(0, 400))
    switch (plan.phone) {
      case 'denies':
        await phone.deny()
        return
      case 'gives up':
        if (dice.chance(0.5)) await phone.leave()
        return
      case 'has a disabled account':
        await phone.signIn(set.disabledAccount)
        return
      case 'comes too late':
        await pause(set.windows.scanned + 2_000)
        break
      case 'types it wrong first':
        await phone.tap(account, 'battery horse')
        break
      case 'is offline after the tap':
        await phone.tapAndLose(account, dice.between(0, 150))
        await pause(dice.between(100, 3_000))
        if ((await phone.view()).state === 'approved') return afterwards(phone)
        break
    }
    const answer = await (plan.phone === 'taps twice'
      ? phone.twice(account)
      : phone.signIn(account))
    if (answer.outcome === 'ok') await afterwards(phone)
  }

  async function afterwards(phone: Handset): Promise<void> {
    const { dice } = plan
    const early = dice.chance(0.2)
    if (!early && plan.screen !== 'goes away') await screen.until('claimed')
    if (plan.end === 'not me') {
      await pause(dice.between(0, 1_000))
      await phone.notMe()
    } else if (plan.end === 'phone') {
      await pause(dice.between(0, 1_000))
      await phone.end()
    } else if (screen.isServed && screen.state === 'claimed') await phone.waitForNumber()
  }

  async function atScreen(): Promise<void> {
    const { dice } = plan
    if (plan.screen === 'cancels at once') {
      await pause(dice.between(0, 1_500))
      await untilCertain(() => screen.cancel())
    }
    // What comes too late cancels nothing, and the visit goes on.
    await screen.until('scanned', 'approved')
    if (plan.screen === 'goes away') return screen.leave()
    if (plan.screen === 'cancels after the scan') {
      await pause(dice.between(0, 800))
      await untilCertain(() => screen.cancel())
    }
    if ((await screen.until('approved', 'claimed')) !== 'approved') return
    await claim()
    if (screen.state !== 'claimed') return
    if (screen.isServed) await choose()
    if (plan.end === 'kiosk') {
      await pause(dice.between(0, 1_000))
      await untilCertain(() => screen.end())
    }
  }

  async function claim(): Promise<void> {
    const { dice } = plan
    const claims = [untilCertain(() => screen.claim())]
    if (plan.screen === 'claims twice') {
      const node = (screen.node + 1) % set.urls.length
      const again = async () => {
        await pause(dice.between(0, 120))
        await screen.claim(node)
      }
      claims.push(again())
    }
    await Promise.all(claims)
  }

  async function choose(): Promise<void> {
    for (let n = 0; n < plan.services; n += 1) {
      const service = set.services[(number + n) % set.services.length] as string
      await pause(plan.dice.between(0, 300))
      await untilCertain(() => screen.choose(service))
    }
    // Staff see to it where no number comes.
    for (let looks = 0; screen.number === undefined && looks < 200; looks += 1) {
      if (finals.has(screen.state)) return
      await pause(100)
    }
  }

  /** Tries again until it is told something for certain. */
  async function untilCertain(ask: () => Promise<{ outcome: string; status?: number }>) {
    for (;;) {
      const { outcome, status } = await ask()
      if (outcome !== 'unknown' && status !== 503 && status !== 429) return
      await pause(plan.dice.between(100, 1_000))
      screen.move()
    }
  }

  async function byRival(): Promise<void> {
    const rival = new Handset(set, history, plan, screen, 'other phone')
    await pause(plan.dice.between(0, 500))
    const has = await rival.scan()
    // Whether it may or not: only the phone that has scanned can.
    await rival.tap(set.accounts[(number + 7) % set.accounts.length] as string)
    if (has && plan.dice.chance(0.5)) await rival.deny()
  }

  /** Somebody who stands at another screen, and knows the address of this sign-in. */
  async function byStranger(): Promise<void> {
    const other = await Screen.start(set, history, plan)
    const { id } = screen.signIn
    for (let n = 0; n < 3; n += 1) {
      await pause(plan.dice.between(0, 1_500))
      const node = plan.dice.below(set.urls.length)
      const headers = { authorization: `Bearer ${other.signIn.kiosk_secret}` }
      const asked = { who: 'stranger', signIn: id, node } as const
      const url = (path: string) => `${set.urls[node]}${path}`
      await history.ask({ ...asked, act: 'claim' }, () =>
        fetch(url(paths.claim(id)), { method: 'POST', headers }),
      )
      await history.ask({ ...asked, act: 'view' }, () => fetch(url(paths.signIn(id)), { headers }))
    }
  }
}
