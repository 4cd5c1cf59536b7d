import type { Alarm } from './alarm.ts'
import { exchange } from './exchange.ts'
import { askForHandOff, type HandOffSeen, longestWait } from './gate.ts'
import { fetchPage, type HandOffPage, readHandOffPage } from './hand-off-page.ts'
import { type LiveMark, liveMark } from './live-mark.ts'
import { untilSeen, wait } from './wait.ts'

/** Between two looks at a gate that does not answer, or answers at once. */
const pause = 1_000

/** Keeps the page up to date for as long as something may follow, and somebody looks at it. */
export function follow(first: HandOffPage, alarm: Alarm): { refresh(): Promise<boolean> } {
  const mark = liveMark()
  const wakes = watchWakes(mark)
  let page = first

  /** Shows what is so now. @returns false where the gate cannot be reached. */
  async function refresh(): Promise<boolean> {
    const newer = await fetchPage(page.id)
    if (newer === null) return false
    const next = readHandOffPage(newer)
    if (next === null) {
      // It has become another page altogether.
      location.replace(`/s/${page.id}`)
      return true
    }
    // An answer that was on its way for long tells what is no longer so.
    const isSame = next.handOff.id === page.handOff.id
    if (next.seq < page.seq || (isSame && next.handOff.seq < page.handOff.seq)) return true
    const before = page.turn
    page = next
    exchange(newer)
    alarm.turned(before, next.turn)
    return true
  }

  const isNews = (seq: number, handOff: HandOffSeen | null) =>
    seq !== page.seq || handOff?.id !== page.handOff.id || handOff.seq !== page.handOff.seq

  /** One question and its answer. */
  async function look(): Promise<void> {
    const woken = wakes.signal()
    const answer = await askForHandOff(page, mark.isLost ? 0 : longestWait, woken)
    if (woken.aborted) return
    if (answer.kind === 'refused' && answer.status < 500) {
      // Only the server knows the page for this.
      location.replace(`/s/${page.id}`)
      return
    }
    if (answer.kind === 'state') {
      const news = isNews(answer.seq, answer.handOff)
      if (news ? await refresh() : true) {
        mark.good()
        // It is only asked for what is new; an answer that is not costs a moment and no storm of questions.
        if (!news) await wait(pause)
        return
      }
    }
    mark.lost()
    await wait(answer.kind === 'later' ? answer.seconds * 1000 : pause)
  }

  async function watch(): Promise<void> {
    while (page.isLive) {
      await untilSeen()
      await look()
    }
    mark.over()
  }

  void watch()
  return { refresh }
}

/** Requests that were under way while a phone slept may never be answered: whoever wakes asks anew. */
function watchWakes(mark: LiveMark): { signal(): AbortSignal } {
  let current = new AbortController()
  const wake = () => {
    // Nobody looks at it: nothing is asked until somebody does again.
    if (document.visibilityState !== 'hidden') mark.doubt()
    current.abort()
  }
  document.addEventListener('visibilitychange', wake)
  addEventListener('pageshow', ({ persisted }) => persisted && wake())
  addEventListener('online', wake)
  addEventListener('offline', () => {
    mark.lost()
    current.abort()
  })
  return {
    signal() {
      if (current.signal.aborted) current = new AbortController()
      return current.signal
    },
  }
}
