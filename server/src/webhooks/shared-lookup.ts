import type { Lookup } from './address.ts'

/**
 * How many names are resolved at once. Node resolves on the threads that hash passwords too (libuv has
 * four), and where a resolver is dead each name holds one for many seconds.
 */
const most = 2

/** Names that take longer than this in milliseconds share one of these places, and keep nobody from the other. */
const slowAfter = 1_000

/**
 * The same lookup, of which whoever waits for the same name shares one: tries again and again add no
 * work to a resolver that is slow. No answer is kept once it is there.
 */
export function sharedLookup(lookup: Lookup): Lookup {
  const pending = new Map<string, ReturnType<Lookup>>()
  const running = new Set<string>()
  /** Names that were slow the last time. */
  const slow = new Set<string>()
  const waiting: { host: string; begin: () => void }[] = []

  const mayBegin = (host: string): boolean =>
    running.size < most && !(slow.has(host) && [...running].some(other => slow.has(other)))

  const beginNext = () => {
    const at = waiting.findIndex(({ host }) => mayBegin(host))
    const [next] = at < 0 ? [] : waiting.splice(at, 1)
    if (!next) return
    running.add(next.host)
    next.begin()
  }

  const inTurn: Lookup = async host => {
    if (mayBegin(host)) running.add(host)
    else await new Promise<void>(begin => waiting.push({ host, begin }))
    let isSlow = false
    const timer = setTimeout(() => {
      isSlow = true
      slow.add(host)
    }, slowAfter)
    timer.unref()
    try {
      return await lookup(host)
    } finally {
      clearTimeout(timer)
      if (!isSlow) slow.delete(host)
      running.delete(host)
      beginNext()
    }
  }

  return host => {
    const known = pending.get(host)
    if (known) return known
    const asked = inTurn(host).finally(() => pending.delete(host))
    pending.set(host, asked)
    return asked
  }
}
