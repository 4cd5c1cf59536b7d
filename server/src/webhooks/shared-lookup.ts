import type { Lookup } from './address.ts'

/**
 * How many names are resolved at once. Node resolves on the threads that hash passwords too (libuv has
 * four), and where a resolver is dead each name holds one for many seconds.
 */
const most = 2

/**
 * The same lookup, of which whoever waits for the same name shares one: tries again and again add no
 * work to a resolver that is slow. No answer is kept once it is there.
 */
export function sharedLookup(lookup: Lookup): Lookup {
  const pending = new Map<string, ReturnType<Lookup>>()
  const waiting: (() => void)[] = []
  let running = 0

  const inTurn: Lookup = async host => {
    if (running < most) running += 1
    else await new Promise<void>(resolve => waiting.push(resolve))
    try {
      return await lookup(host)
    } finally {
      // Whoever is next has this place at once, or else nobody has it.
      const next = waiting.shift()
      if (next) next()
      else running -= 1
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
