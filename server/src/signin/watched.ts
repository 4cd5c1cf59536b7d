import type { HandOff } from '../protocol/hand-off.ts'
import type { Observed } from '../protocol/sign-in-row.ts'
import type { Delivery, Watch, Watchable } from '../watch/delivery.ts'

/** A sign-in with what the visitor has asked for, as whoever waits for either is told of them. */
export interface WithHandOff<Row extends Observed = Observed> {
  signIn: Row
  handOff: HandOff | null
  /** Null when nothing follows any more, of either. */
  deadline: Watchable['deadline']
}

/** A hand-off for whoever waits for it; none where its row is gone. */
export interface WatchedHandOff extends Watchable {
  handOff: HandOff | null
}

/** What somebody has seen of both. */
export interface Seen {
  seq: number
  handOff: number
}

/**
 * What whoever asks has seen. A page of before there were hand-offs says nothing of them, and waits for none:
 * it would be answered at once, again and again.
 */
export function seenOf(seq: number, handOff = Number.POSITIVE_INFINITY): Seen {
  return { seq, handOff }
}

/** Whether this is more than somebody has seen; of another hand-off the sign-in's `seq` tells. */
export function isNews({ signIn, handOff }: WithHandOff, seen: Seen): boolean {
  return signIn.seq > seen.seq || (handOff?.seq ?? 0) > seen.handOff
}

/**
 * Watches a sign-in, and its hand-off as soon as it has one. Both are told together: a number stands on the
 * screen where the visit does, and on the phone also when that is over.
 */
export function watchWithHandOff<Row extends Observed>(
  delivery: Delivery,
  id: string,
  read: () => Promise<Row>,
  readHandOff: (id: string) => Promise<WatchedHandOff>,
  tell: (now: WithHandOff<Row>) => void,
): Watch {
  let signIn: Row | undefined
  let handOff: WatchedHandOff | undefined
  let ofHandOff: Watch | undefined
  let stopped = false

  const tellBoth = () => {
    if (!signIn || stopped) return
    const deadline = signIn.deadline ?? handOff?.deadline ?? null
    tell({ signIn, handOff: handOff?.handOff ?? null, deadline })
  }
  const ofSignIn = delivery.watch(id, read, row => {
    const before = signIn?.handOff ?? null
    signIn = row
    const { handOff: next } = row
    if (next === before) {
      // Until its hand-off was read a sign-in is told without one only where it has none.
      if (next === null || handOff) tellBoth()
      return
    }
    ofHandOff?.stop()
    handOff = undefined
    if (next === null) return tellBoth()
    ofHandOff = delivery.watch(
      next,
      () => readHandOff(next),
      row => {
        handOff = row
        tellBoth()
      },
    )
  })

  return {
    first: ofSignIn.first.then(() => ofHandOff?.first),
    stop() {
      stopped = true
      ofSignIn.stop()
      ofHandOff?.stop()
    },
  }
}
