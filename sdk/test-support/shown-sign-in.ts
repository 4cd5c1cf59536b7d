import type { ChooseOptions, ClaimOptions } from '../src/client.ts'
import type { Connection } from '../src/connection.ts'
import { GateError } from '../src/gate-error.ts'
import type { ClaimAnswer, SignInView } from '../src/protocol.ts'
import { SignIn, type SignInUpdate } from '../src/sign-in.ts'
import type { Starter } from '../src/starter.ts'
import type { Watcher } from '../src/watcher.ts'
import { FakeClock, settle } from './fake-clock.ts'
import { someClaim } from './fake-sign-in.ts'

export const frames = (first: number, count = 10) =>
  Array.from({ length: count }, (_, n) => ({
    url: `F${first + n}`,
    starts_in_ms: n * 3_000,
    lasts_ms: 3_000,
  }))

export const started = (id: string, url = 'F0') => ({
  id,
  kiosk_secret: `secret of ${id}`,
  expires_in: 300,
  frame: { url, starts_in_ms: 0, lasts_ms: 3_000 },
})

/** A sign-in whose gate is the test. */
export function setUp({
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
  const choices: (() => Promise<SignInView>)[] = []
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
      return (claims.shift() ?? (() => Promise.resolve(someClaim)))()
    },
    chooseService: (id: string, _secret: string, service: string, options?: ChooseOptions) => {
      called.push(`choose ${id} ${service} ${options?.language}`)
      return (choices.shift() ?? (() => Promise.reject(new GateError('service_unknown'))))()
    },
    end: async (id: string, secret: string, reason?: string) => {
      called.push(`end ${id} ${secret} ${reason}`)
      return { id, seq: 4, state: 'ended' } as const
    },
    extend: async (id: string, secret: string) => {
      called.push(`extend ${id} ${secret}`)
      return { id, seq: 5, state: 'scanned', expires_in_ms: 200_000 } as const
    },
    leave: (id: string, secret: string) => void called.push(`leave ${id} ${secret}`),
  }
  const asking = { at: clock.now(), skew: clock.wall() - clock.now() }
  const parts = { client, socket, clock, renew, random: () => 1, ...(starter && { starter }) }
  const signIn = new SignIn(parts, answer, asking)

  const updates: string[] = []
  /** What each hand-off was, whenever an update said something else of it. */
  const handOffs: string[] = []
  let over: string | undefined
  let lasting: number | undefined
  const reading = (async () => {
    for await (const update of signIn) {
      lasting = update.expires_in_ms
      updates.push(line(update))
      const { hand_off } = update
      const said = hand_off && `${hand_off.service.id} ${hand_off.state}`
      if (said && said !== handOffs.at(-1)) handOffs.push(said)
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
    choices,
    updates,
    handOffs,
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
