import { isAsking } from './asking.ts'
import { type Answer, ask, askForNews, keepTyped, leave } from './gate.ts'
import { type Page, reloadFromServer } from './page.ts'
import type { TimeLeft } from './time-left.ts'
import { untilSeen, wait } from './wait.ts'

/** States that something follows; where nobody knows it, the gate's first answer. */
const open: ReadonlySet<Page['state']> = new Set(['scanned', 'approved', 'claimed', 'in-doubt'])
/** Between two looks at a gate that does not answer, or answers at once. */
const pause = 1000

/** Follows the sign-in until the page is out of date: a visit that ends at the kiosk ends here at once. */
export async function watch(page: Page, timeLeft: TimeLeft | undefined): Promise<void> {
  if (!open.has(page.state)) return
  let moved = false
  let lost = false
  let silent = false
  while (!moved) {
    await untilSeen()
    // Whoever was not heard is asked for a word at once: a wait on another dead connection would be as long again.
    const answer: Answer = await (silent ? ask(page) : askForNews(page))
    silent = answer.kind === 'lost'
    lost = isLost(answer)
    if (answer.kind === 'later') await wait(answer.seconds * 1000)
    else if (answer.kind === 'lost') await wait(pause)
    moved = hasMoved(page, answer)
    if (answer.kind !== 'state' || moved) continue
    timeLeft?.(answer)
    // It is only asked for what is new; an answer that is not costs a moment and no storm of questions.
    if (answer.seq === page.seq) await wait(pause)
    page.seq = answer.seq
  }
  if (lost) await keepTyped(page)
  while (isAsking()) await wait(pause / 4)
  reloadFromServer(page)
}

/**
 * A page that the browser kept in its back-forward cache may be out of date, and of somebody who has left:
 * nothing of it is shown before the gate has said that it is true.
 */
export function watchReturns(page: Page): void {
  const { style } = document.documentElement
  addEventListener('pagehide', ({ persisted }) => {
    if (persisted) style.visibility = 'hidden'
  })
  addEventListener('pageshow', async ({ persisted }) => {
    if (!persisted) return
    page.movesOn = false
    if (await movedMeanwhile(page)) return reloadFromServer(page)
    style.visibility = ''
  })
}

/** Asks until the gate answers, however long that takes: a guess here would be a lie. */
export async function movedMeanwhile(page: Page): Promise<boolean> {
  for (;;) {
    const answer = await ask(page)
    if (answer.kind !== 'lost' && answer.kind !== 'later') return hasMoved(page, answer)
    await wait(answer.kind === 'later' ? answer.seconds * 1000 : pause)
  }
}

/** Closing the page of a sign-in that is not finished leaves it to the next visitor. */
export function watchLeaving(page: Page): void {
  addEventListener('click', ({ target }) => {
    // Every link leads to another page of this sign-in.
    if (target instanceof Element && target.closest('a:not([target])')) page.movesOn = true
  })
  addEventListener('pagehide', () => {
    if (page.state === 'scanned' && !page.busy && !page.movesOn) leave(page)
  })
}

/** Whether the visitor has to scan once more to go on. */
function isLost(answer: Answer): boolean {
  if (answer.kind === 'state') return answer.state === 'expired' || answer.state === 'cancelled'
  return answer.kind === 'refused'
}

function hasMoved(page: Page, answer: Answer): boolean {
  // What was asked for at the kiosk has a page of its own.
  if (answer.kind === 'state') {
    return answer.state !== page.state || (page.state === 'claimed' && answer.handOff !== null)
  }
  // Before the scan is committed, the gate rightly does not know this phone.
  return answer.kind === 'refused' && answer.status < 500 && page.state !== 'pending'
}
