import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock, settle } from '../test-support/fake-clock.ts'
import type { ClaimOptions } from './client.ts'
import type { Connection } from './connection.ts'
import { GateError } from './gate-error.ts'
import type { ClaimAnswer, SignInView } from './protocol.ts'
import { SignIn, type SignInUpdate } from './sign-in.ts'
import type { StartedSignIn, Starter } from './starter.ts'
import type { Watcher } from './watcher.ts'

const frames = (first: number, count = 10) =>
  Array.from({ length: count }, (_, n) => ({
    url: `F${first + n}`,
    starts_in_ms: n * 3_000,
    lasts_ms: 3_000,
  }))

const started = (id: string, url = 'F0') => ({
  id,
  kiosk_secret: `secret of ${id}`,
  expires_in: 300,
  frame: { url, starts_in_ms: 0, lasts_ms: 3_000 },
})

const claimed: ClaimAnswer = {
  id: 'a',
  state: 'claimed',
  account: { name: '홍*동' },
  auth_time: 1_800_000_000,
  amr: ['pwd'],
}

/** A sign-in whose gate is the test. */
function setUp({
  renew = false,
  answer = started('a') as Parameters<typeof build>[1],
  starter = undefined as Starter | undefined,
} = {}) {
  return build(renew, answer, starter)
}

function build(
  renew: boolean,
  answer: ConstructorParameters<typeof SignIn>[1],
  starter: Starter | undefined,
) {
  const clock = new FakeClock()
  const watchers = new Map<string, Watcher>()
  const asked: string[] = []
  const called: string[] = []
  const watches: string[] = []
  const claims: (() => Promise<ClaimAnswer>)[] = []
  const socket = {
    connection: 'online' as Connection,
    watch: (watcher: Watcher) => {
      watches.push(watcher.id)
      watchers.set(watcher.id, watcher)
    },
    unwatch: (id: string) => void watchers.delete(id),
    askFrames: (id: string) => (socket.connection === 'online' ? asked.push(id) : undefined),
    restart: () => void called.push('restart'),
    renews: false,
  }
  const client = {
    cancel: async (id: string, secret: string, reason?: string) =>
      void called.push(`cancel ${id} ${secret} ${reason}`),
    userCode: async (id: string) => {
      called.push(`userCode ${id}`)
      return { user_code: 'WDJB-MJHT', verification_uri: 'https://gate.test/code', expires_in: 120 }
    },
    claim: (_id: string, _secret: string, { credential }: ClaimOptions = {}) => {
      if (credential !== undefined) called.push(`claim as ${credential}`)
      return (claims.shift() ?? (() => Promise.resolve(claimed)))()
    },
    end: async (id: string, secret: string, reason?: string) => {
      called.push(`end ${id} ${secret} ${reason}`)
      return { id, seq: 4, state: 'ended' } as const
    },
    leave: (id: string, secret: string) => void called.push(`leave ${id} ${secret}`),
  }
  const asking = { at: clock.now(), skew: clock.wall() - clock.now() }
  const parts = { client, socket, clock, renew, random: () => 1, ...(starter && { starter }) }
  const signIn = new SignIn(parts, answer, asking)

  const updates: string[] = []
  let over: string | undefined
  let lasting: number | undefined
  const reading = (async () => {
    for await (const update of signIn) {
      lasting = update.expires_in_ms
      updates.push(line(update))
    }
    over = 'over'
  })().catch(error => {
    over = error instanceof GateError ? error.code : String(error)
  })
  const sends = async (view: Partial<SignInView> & { seq: number }) => {
    const id = view.id ?? 'a'
    watchers.get(id)?.view({ id, state: 'pending', ...view })
    await settle()
  }
  const connects = async (connection: Connection) => {
    socket.connection = connection
    for (const watcher of watchers.values()) watcher.connection(connection)
    await settle()
  }
  const answers = async (first: number, count?: number) => {
    watchers.get(asked.at(-1) ?? '')?.frames(asked.length, frames(first, count))
    await settle()
  }
  return {
    signIn,
    socket,
    clock,
    watchers,
    asked,
    called,
    watches,
    claims,
    updates,
    reading,
    sends,
    connects,
    answers,
    over: () => over,
    lasting: () => lasting,
  }
}

function line(update: SignInUpdate): string {
  return [update.id, update.state, update.qr ?? '-', update.connection].join(' ')
}

describe('a sign-in', () => {
  it('shows the first frame at once and asks for more', async () => {
    const { updates, asked, answers, clock } = setUp()
    await settle()
    assert.deepEqual(updates, ['a pending F0 online'])
    assert.deepEqual(asked, ['a'])
    await answers(0)
    await clock.pass(6_000)
    assert.deepEqual(updates.slice(1), ['a pending F1 online', 'a pending F2 online'])
  })

  it('asks again with ten seconds in hand, and not before', async () => {
    const { asked, answers, clock } = setUp()
    await answers(0)
    await clock.pass(20_000)
    assert.equal(asked.length, 1)
    await clock.pass(1_000)
    assert.equal(asked.length, 2)
  })

  it('throws late frames away and asks again', async () => {
    const { asked, answers, clock, updates } = setUp()
    await clock.pass(3_500)
    await answers(0)
    assert.equal(updates.at(-1), 'a pending - online')
    assert.equal(asked.length, 2)
    await answers(1)
    assert.equal(updates.at(-1), 'a pending F1 online')
  })

  it('never shows a dead QR while the gate is silent', async () => {
    const { connects, answers, clock, updates } = setUp()
    await answers(0)
    await connects('reconnecting')
    assert.equal(updates.at(-1), 'a pending F0 reconnecting')
    await clock.pass(600_000)
    assert.equal(updates.at(-1), 'a pending - reconnecting')
  })

  it('hides the QR after a sleep and asks anew', async () => {
    const { answers, clock, updates, called, asked } = setUp()
    await answers(0)
    clock.sleep(5_000)
    await clock.pass(1_000)
    assert.equal(updates.at(-1), 'a pending - online')
    assert.deepEqual(called, ['restart'])
    assert.equal(asked.length, 2)
  })

  it('hides the QR the moment it is scanned', async () => {
    const { updates, sends, answers } = setUp()
    await answers(0)
    await sends({ seq: 1, state: 'scanned', phone: 'iphone', expires_in_ms: 180_000 })
    assert.equal(updates.at(-1), 'a scanned - online')
  })

  it('ignores old news', async () => {
    const { updates, sends } = setUp()
    await sends({ seq: 2, state: 'approved' })
    await sends({ seq: 1, state: 'scanned' })
    await sends({ seq: 2, state: 'approved' })
    assert.deepEqual(updates.slice(1), ['a approved - online'])
  })

  it('ends after a final state and leaves nothing behind', async () => {
    const { sends, over, updates, clock, watchers } = setUp()
    await sends({ seq: 1, state: 'denied' })
    assert.equal(updates.at(-1), 'a denied - online')
    assert.equal(over(), 'over')
    assert.equal(watchers.size, 0)
    assert.equal(clock.timers, 0)
  })

  it('claims until it is answered, and stays watched until the visit ends', async () => {
    const { signIn, claims, sends, updates, over, clock, watchers } = setUp()
    const lost = () => Promise.reject(new GateError('unreachable'))
    claims.push(lost, lost)
    await sends({ seq: 2, state: 'approved' })
    const answer = signIn.claim()
    assert.equal(signIn.claim(), answer)
    await clock.pass(2_000)
    assert.equal((await answer).account.name, '홍*동')
    assert.equal(updates.at(-1), 'a claimed - online')
    await clock.pass(60_000)
    assert.equal(over(), undefined)
    await sends({ seq: 4, state: 'ended', reason: 'phone' })
    assert.equal(updates.at(-1), 'a ended - online')
    assert.deepEqual([over(), watchers.size, clock.timers], ['over', 0, 0])
  })

  it('learns from the gate how long a visit may last that it has claimed', async () => {
    const { signIn, sends, lasting } = setUp()
    await sends({ seq: 2, state: 'approved', expires_in_ms: 120_000 })
    await signIn.claim()
    await settle()
    assert.equal(lasting(), undefined)
    await sends({ seq: 3, state: 'claimed', expires_in_ms: 600_000 })
    assert.equal(lasting(), 600_000)
  })

  it('N81: a claim that is repeated in the middle of a visit hides no end of it', async () => {
    const { signIn, sends, updates, over } = setUp({ answer: { id: 'a', kiosk_secret: 's' } })
    await sends({ seq: 3, state: 'claimed', expires_in_ms: 600_000 })
    assert.equal((await signIn.claim()).account.name, '홍*동')
    await sends({ seq: 4, state: 'ended', reason: 'not_me' })
    assert.deepEqual([updates.at(-1), over()], ['a ended - online', 'over'])
  })

  it('claims once for everybody, and once more for a client', async () => {
    const { signIn, sends, called } = setUp()
    await sends({ seq: 2, state: 'approved' })
    const known = signIn.claim({ credential: 'c' })
    assert.equal(signIn.claim({ credential: 'c' }), known)
    assert.notEqual(signIn.claim(), known)
    await known
    assert.deepEqual(called, ['claim as c'])
  })

  it('ends a visit, leaves, and comes back by watching once more', async () => {
    const { signIn, called, watches } = setUp()
    await signIn.end('idle')
    signIn.leave()
    signIn.comeBack()
    assert.deepEqual(called, ['end a secret of a idle', 'leave a secret of a'])
    assert.deepEqual(watches, ['a', 'a'])
    signIn.close()
    signIn.comeBack()
    assert.equal(watches.length, 2)
  })

  it('knows what another page needs to go on with it', () => {
    assert.deepEqual(setUp().signIn.started, { id: 'a', kiosk_secret: 'secret of a' })
  })

  it('throws when the gate will never answer', async () => {
    const { watchers, over } = setUp()
    watchers.get('a')?.failed(new GateError('kiosk_revoked'))
    await settle()
    assert.equal(over(), 'kiosk_revoked')
  })

  it('resumes what a backend has started and shows nothing before it knows', async () => {
    const { updates, sends, answers } = setUp({ answer: { id: 'a', kiosk_secret: 's' } })
    await settle()
    assert.deepEqual(updates, [])
    await sends({ seq: 0, expires_in_ms: 200_000 })
    await answers(7)
    assert.deepEqual(updates, ['a pending - online', 'a pending F7 online'])
  })

  it('asks for a user code only when it is updates to', async () => {
    const { signIn, called, answers, clock } = setUp()
    await answers(0)
    await clock.pass(60_000)
    assert.deepEqual(called, [])
    assert.equal((await signIn.userCode()).user_code, 'WDJB-MJHT')
    assert.deepEqual(called, ['userCode a'])
  })

  it('tells the gate why it was cancelled', async () => {
    const { signIn, called } = setUp()
    await signIn.cancel('not_my_phone')
    assert.deepEqual(called, ['cancel a secret of a not_my_phone'])
  })
})

describe('an always-on sign-in', () => {
  const next = async ({ watchers }: ReturnType<typeof setUp>) => {
    watchers.get('a')?.next(started('b', 'G0'))
    await settle()
  }

  it('goes on with its successor', async () => {
    const screen = setUp({ renew: true })
    await settle()
    await next(screen)
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.deepEqual(screen.updates, ['a pending F0 online', 'b pending G0 online'])
    assert.deepEqual([...screen.watchers.keys()], ['b'])
  })

  it('waits a moment for its successor, and then ends honestly', async () => {
    const screen = setUp({ renew: true })
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.equal(screen.over(), undefined)
    await screen.clock.pass(2_000)
    assert.equal(screen.updates.at(-1), 'a expired - online')
    assert.equal(screen.over(), 'over')
  })

  it('follows a visitor who scanned the last frame of the one before', async () => {
    const screen = setUp({ renew: true })
    await next(screen)
    await screen.sends({ id: 'a', seq: 1, state: 'scanned' })
    assert.equal(screen.updates.at(-1), 'a scanned - online')
    await screen.sends({ id: 'b', seq: 1, state: 'scanned' })
    assert.equal(screen.updates.at(-1), 'a scanned - online')
    assert.deepEqual(screen.called, ['cancel b secret of b kiosk'])
  })

  it('asks for one successor only, however often it reconnects', async () => {
    const screen = setUp({ renew: true })
    const first = screen.watchers.get('a')
    assert.equal(first?.renews(), true)
    await next(screen)
    assert.equal(first?.renews(), false)
    assert.equal(screen.watchers.get('b')?.renews(), true)
  })
})

describe('an always-on sign-in to which the gate sends no successor', () => {
  /** One whose frames last, and the answers of what starts its sign-ins. */
  const showing = async (answers: (StartedSignIn | GateError)[]) => {
    let starts = 0
    const starter = async () => {
      starts += 1
      const answer = answers.shift()
      if (!answer || answer instanceof GateError) throw answer
      return answer
    }
    const screen = setUp({ renew: true, starter })
    await screen.answers(0, 100)
    return { ...screen, starts: () => starts }
  }
  const backend = { id: 'b', kiosk_secret: 'secret of b' }

  it('N12: starts it 30 s before the end, and shows it once there is a QR of it', async () => {
    const screen = await showing([backend])
    await screen.clock.pass(269_000)
    assert.equal(screen.starts(), 0)
    await screen.clock.pass(1_000)
    assert.equal(screen.starts(), 1)
    assert.deepEqual([...screen.watchers.keys()], ['a', 'b'])
    assert.equal(screen.watchers.get('b')?.kiosk_secret, 'secret of b')
    await screen.sends({ id: 'b', seq: 0, expires_in_ms: 300_000 })
    assert.equal(screen.updates.at(-1), 'a pending F90 online')
    await screen.clock.pass(1_000)
    await screen.answers(1_000)
    assert.equal(screen.updates.at(-1), 'b pending F1000 online')
    assert.ok(
      screen.updates.every(update => update.includes(' F')),
      'there was always a QR',
    )
    // The one before is watched to its end: somebody may just be opening its last frame.
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.deepEqual([...screen.watchers.keys()], ['b'])
    assert.equal(screen.starts(), 1)
  })

  it('N12: starts none where the gate sends it, nor once a phone has scanned', async () => {
    const screen = await showing([backend, backend])
    screen.socket.renews = true
    await screen.clock.pass(280_000)
    assert.equal(screen.starts(), 0)
    screen.socket.renews = false
    await screen.sends({ seq: 1, state: 'scanned' })
    await screen.clock.pass(10_000)
    assert.equal(screen.starts(), 0)
  })

  it('N12: lets it go again when a phone scans the last frame of the one on the screen', async () => {
    const screen = await showing([backend])
    await screen.clock.pass(270_000)
    await screen.sends({ seq: 1, state: 'scanned', expires_in_ms: 180_000 })
    assert.deepEqual([...screen.watchers.keys()], ['a'])
    assert.equal(screen.updates.at(-1), 'a scanned - online')
  })

  it('N12: asks again while the gate is away, and asks the gate for none meanwhile', async () => {
    const away = new GateError('unreachable')
    const screen = await showing([away, away, backend])
    await screen.clock.pass(272_000)
    assert.equal(screen.starts(), 3)
    assert.equal(screen.watchers.get('a')?.renews(), false)
    assert.ok(screen.watchers.has('b'))
  })

  it('N12: ends at once with what is on the screen where no other can be started', async () => {
    const screen = await showing([new GateError('kiosk_revoked', { status: 403 })])
    await screen.clock.pass(290_000)
    assert.equal(screen.starts(), 1)
    await screen.sends({ seq: 1, state: 'expired', reason: 'unscanned' })
    assert.equal(screen.over(), 'over')
  })

  it('N12: of a short life it takes the second half', async () => {
    const resumed = { id: 'a', kiosk_secret: 's' }
    const screen = setUp({ renew: true, starter: async () => backend, answer: resumed })
    await screen.sends({ seq: 0, expires_in_ms: 20_000 })
    await screen.answers(0)
    await screen.clock.pass(9_000)
    assert.equal(screen.watchers.size, 1)
    await screen.clock.pass(1_000)
    assert.deepEqual([...screen.watchers.keys()], ['a', 'b'])
  })
})
