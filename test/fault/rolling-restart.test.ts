import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartAnswer } from '@qrgate/sdk/protocol'
import type { GateProcess } from '../support/gate-process.ts'
import { inBatches } from '../support/in-batches.ts'
import type { Kiosk, KioskSocket } from '../support/kiosk.ts'
import { patiently, pause, until } from '../support/patience.ts'
import {
  claimPatiently,
  scanPatiently,
  signInPatiently,
  startPatiently,
} from '../support/patient-visit.ts'
import {
  longTimings,
  type Production,
  password,
  secretKey,
  startProduction,
} from '../support/production.ts'

/** `QRGATE_TEST_KIOSKS=500` for the large variant. */
const waitingKiosks = Number(process.env.QRGATE_TEST_KIOSKS ?? 24)
const visitorsAtOnce = 4
/** They come again and again. */
const accounts = 150

/** A screen that comes back whenever its socket closes, as late as it was told to. */
class WaitingScreen {
  readonly signIn: StartAnswer
  returned = 0
  readonly #kiosk: Kiosk
  #socket: KioskSocket
  #over = false

  private constructor(kiosk: Kiosk, signIn: StartAnswer, socket: KioskSocket) {
    this.#kiosk = kiosk
    this.signIn = signIn
    this.#socket = socket
    void this.#stay()
  }

  static async show(kiosk: Kiosk): Promise<WaitingScreen> {
    const signIn = await startPatiently(kiosk)
    return new WaitingScreen(kiosk, signIn, await patiently(() => kiosk.watch(signIn)))
  }

  /** The newest socket has told that the sign-in is there. */
  async there(state: 'pending' | 'scanned'): Promise<void> {
    for (;;) {
      const socket = this.#socket
      const told = await socket.state(this.signIn.id, state).catch(() => undefined)
      if (told && socket === this.#socket) return
      await pause(20)
    }
  }

  leave(): void {
    this.#over = true
    this.#socket.cut()
  }

  async #stay(): Promise<void> {
    while (!this.#over) {
      const { code, reason } = await this.#socket.closed
      if (this.#over) return
      assert.ok(code === 1012 || code === 1006, `${code}`)
      const { retry_after_ms: wait } = JSON.parse(reason || '{"retry_after_ms":100}')
      await pause(wait)
      this.#socket = await patiently(() => this.#kiosk.watch(this.signIn))
      this.returned += 1
    }
  }
}

/** One visitor from QR to claim. */
async function visit({ phone, url }: Production, kiosk: Kiosk, account: string): Promise<string> {
  const signIn = await startPatiently(kiosk)
  const browser = phone(url)
  await scanPatiently(kiosk, signIn, browser)
  await signInPatiently(browser, signIn, account, password)
  return (await claimPatiently(kiosk, signIn)).account.name ?? ''
}

/** Whether it was done in its five seconds is another test's matter: a busy machine may miss them. */
async function replace(node: GateProcess, env = {}): Promise<void> {
  const { signal } = await node.kill('SIGTERM')
  assert.equal(signal, null, 'it ends by itself')
  await node.boot(env)
}

/** All whom it has served come to the other one at once. */
async function lose(node: GateProcess): Promise<void> {
  await node.kill('SIGKILL')
  await node.boot()
}

const ways = [
  ['F24: a rolling restart under sign-ins and waiting kiosks', replace],
  ['F25: the same where each node dies without a word', lose],
] as const

test('nodes are replaced one after the other, and nobody at a screen or a phone notices', async t => {
  const production = await startProduction(t, { env: longTimings })
  const { nodes, url } = production
  await production.addAccounts(Array.from({ length: accounts }, () => '홍길동'))
  const { kiosk } = await production.enrol(url)

  for (const [way, restart] of ways) {
    await t.test(way, async () => {
      const screens = await inBatches(Array.from({ length: waitingKiosks }), 20, () =>
        WaitingScreen.show(kiosk),
      )
      for (const screen of screens) await screen.there('pending')
      const names: string[] = []
      let arrived = 0
      let over = false
      const come = async () => {
        while (!over) names.push(await visit(production, kiosk, `visitor-${arrived++ % accounts}`))
      }
      const coming = Promise.all(Array.from({ length: visitorsAtOnce }, come))
      // Whoever fails is heard of below; a rejection must not end the file before that.
      coming.catch(() => {})
      /** Some who arrived meanwhile have been served. */
      const more = () => {
        const enough = names.length + 2 * visitorsAtOnce
        return until('visitors are served', () => names.length >= enough)
      }
      try {
        await more()
        for (const node of nodes) {
          await restart(node)
          await more()
        }
      } finally {
        over = true
      }
      await coming
      assert.deepEqual([...new Set(names)], ['홍*동'])
      t.diagnostic(`${names.length} visitors, ${screens.length} screens`)

      assert.ok(
        screens.some(({ returned }) => returned > 0),
        'no screen had to come back',
      )
      await inBatches(screens, 20, async screen => {
        await screen.there('pending')
        await scanPatiently(kiosk, screen.signIn, production.phone(url))
        await screen.there('scanned')
        screen.leave()
      })
    })
  }

  await t.test('S128: the secret key is rotated in two deploys while sign-ins wait', async () => {
    const newer = 'the secret key of next year and long enough too'
    const begin = async () => {
      const signIn = await startPatiently(kiosk)
      const phone = production.phone(url)
      const receipt = await patiently(async () => {
        const opened = await phone.open(await kiosk.frame(signIn))
        assert.notEqual(opened.receipt, '', `${opened.status}`)
        return opened.receipt
      })
      return { signIn, phone, receipt }
    }
    // The first deploy teaches every node the new key, the second one uses it, node by node.
    const deploys = [
      { SECRET_KEY: secretKey, SECRET_KEYS_ACCEPTED: newer },
      { SECRET_KEY: newer, SECRET_KEYS_ACCEPTED: secretKey },
    ]
    const waiting = [await begin()]
    for (const deploy of deploys) {
      for (const node of nodes) {
        await replace(node, deploy)
        // Begun on either node, with either key.
        waiting.push(await begin())
        production.proxy.nodes.reverse()
        waiting.push(await begin())
      }
    }
    for (const [n, { signIn, phone, receipt }] of waiting.entries()) {
      production.proxy.nodes.reverse()
      await signInPatiently(phone, signIn, `visitor-${n}`, password, receipt)
      production.proxy.nodes.reverse()
      assert.equal((await claimPatiently(kiosk, signIn)).account.name, '홍*동')
      assert.deepEqual(await production.eventsOf(signIn.id), [
        'sign_in.scanned',
        'sign_in.approved',
        'sign_in.claimed',
      ])
    }
    // And after the last deploy the old key is worth nothing.
    const before = waiting[0]
    assert.ok(before)
    for (const node of nodes) await replace(node, { SECRET_KEY: newer })
    assert.equal((await patiently(() => kiosk.claim(before.signIn))).status, 401)
  })
})
