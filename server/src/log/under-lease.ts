import { performance } from 'node:perf_hooks'
import { type Lease, LeaseLost, type Leases } from '../store/lease.ts'

export interface LeasedParts {
  leases: Leases
  /** This node, as no other is called. */
  holder: string
  /** How long a lease lasts, in milliseconds: when its holder dies, another goes on after this time. */
  lasts?: number
  onError(error: unknown): void
}

export interface LeasedWork {
  /** The name of the lease. */
  name: string
  /** How long to rest where nothing is left to do, in milliseconds. */
  pause: number
  /** A cheap look whether there is anything to do: while there is not, nobody takes the lease. */
  due(): Promise<boolean>
  /** Does some of it. @returns whether more is left, which is then done at once. */
  work(lease: Lease): Promise<boolean>
}

/**
 * For how many leases work may go on. Slow work must come to its end, and not be taken from one node
 * by the next again and again; and what hangs must let another node try.
 */
const longest = 6

/**
 * Repeats work that one node at a time may do, for as long as this process runs. The lease is only
 * the way to avoid doing it twice; what keeps a late write out is that each write checks the lease.
 * @returns how to stop: does what is due now, and gives the lease back.
 */
export function workUnderLease(
  { leases, holder, lasts = 10_000, onError }: LeasedParts,
  { name, pause, due, work }: LeasedWork,
): () => Promise<void> {
  let held: { lease: Lease; since: number } | null = null
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  const take = async (): Promise<Lease | null> => {
    const now = performance.now()
    if (held && now - held.since < lasts / 2) return held.lease
    const lease = await leases.take(name, holder, lasts)
    held = lease && { lease, since: now }
    return lease
  }

  const doSome = async (lease: Lease): Promise<boolean> => {
    let left = 4 * (longest - 1)
    let prolonging: Promise<unknown> = Promise.resolve()
    const prolong = setInterval(() => {
      left -= 1
      if (left < 0) return
      // Whoever has lost it meanwhile is told so when they write.
      prolonging = leases.take(name, holder, lasts).catch(() => {})
    }, lasts / 4)
    prolong.unref()
    try {
      return await work(lease)
    } finally {
      clearInterval(prolong)
      await prolonging
    }
  }

  const letGo = async (): Promise<void> => {
    const lease = held?.lease
    held = null
    if (lease) await leases.release(lease)
  }

  /** @returns how long to rest. */
  const round = async (): Promise<number> => {
    try {
      if (!(await due())) return pause
      const lease = await take()
      if (!lease) return Math.max(pause, lasts / 2)
      return (await doSome(lease)) ? 0 : pause
    } catch (error) {
      if (!(error instanceof LeaseLost)) onError(error)
      // Another node may be able to do what this one cannot.
      await letGo().catch(() => {})
      return Math.max(pause, 1_000)
    }
  }

  let running = Promise.resolve()
  const next = (rest: number) => {
    if (stopped) return
    timer = setTimeout(() => {
      running = round().then(next)
    }, rest)
    timer.unref()
  }
  next(pause)

  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
    // What is waiting now would wait for the next start.
    await round()
    await letGo().catch(onError)
  }
}
