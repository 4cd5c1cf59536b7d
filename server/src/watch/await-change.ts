import { Refusal } from '../errors.ts'
import type { Watch, Watchable } from './delivery.ts'

/** Long-polls in flight, and how to answer them all at once when the gate stops. */
export interface ChangeWaits {
  /**
   * What is watched once it is news or nothing follows; how it is after `ms`.
   * @param id what is watched. Of one thing so many may be waited for; the oldest is answered for a newer.
   * @param watch starts to watch it.
   * @param gone aborts when nobody waits for the answer any more.
   * @throws Refusal `storage_busy` when the store has told nothing until then.
   */
  awaitChange<Row extends Pick<Watchable, 'deadline'>>(
    id: string,
    watch: (tell: (row: Row) => void) => Watch,
    isNews: (row: Row) => boolean,
    ms: number,
    gone: AbortSignal,
  ): Promise<Row>
  close(): void
}

/** As many as sockets may watch one sign-in: a screen, and requests of its that may be dead already. */
const mostOfOne = 3
/** The first look may take as long as the store is patient, in milliseconds. */
const firstLook = 4_000

/** The socket's semantics for whoever cannot keep a socket. */
export function createChangeWaits(): ChangeWaits {
  const waits = new Set<() => void>()
  const waitsOf = new Map<string, Set<() => void>>()
  let closed = false

  return {
    awaitChange: <Row extends Pick<Watchable, 'deadline'>>(
      id: string,
      watch: (tell: (row: Row) => void) => Watch,
      isNews: (row: Row) => boolean,
      ms: number,
      gone: AbortSignal,
    ) =>
      new Promise<Row>((resolve, reject) => {
        let latest: Row | undefined
        let over = false
        const answer = () => {
          clearTimeout(timer)
          watched.stop()
          waits.delete(answer)
          others.delete(enough)
          if (others.size === 0 && waitsOf.get(id) === others) waitsOf.delete(id)
          gone.removeEventListener('abort', answer)
          if (latest) resolve(latest)
          else reject(new Refusal(closed ? 'restarting' : 'storage_busy'))
        }
        const enough = () => {
          over = true
          clearTimeout(timer)
          if (latest) answer()
          else timer = setTimeout(answer, Math.max(0, firstLook - ms))
        }
        const others = waitsOf.get(id) ?? new Set()
        waitsOf.set(id, others.add(enough))
        let timer = setTimeout(enough, ms)
        waits.add(answer)
        gone.addEventListener('abort', answer)
        const watched = watch(row => {
          latest = row
          if (closed || over || isNews(row) || row.deadline === null) answer()
        })
        const [oldest] = others
        if (oldest && others.size > mostOfOne) {
          // At once: while it waits for its first look the next one would find the same oldest.
          others.delete(oldest)
          oldest()
        }
      }),

    close() {
      closed = true
      for (const answer of [...waits]) answer()
    },
  }
}
