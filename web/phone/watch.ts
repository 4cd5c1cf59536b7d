import { type Answer, ask } from './gate.ts'
import { type Page, reloadFromServer } from './page.ts'
import { untilSeen, wait } from './wait.ts'

const pace: Partial<Record<Page['state'], number>> = { scanned: 5000, approved: 1000 }

/** Follows the sign-in until the page is out of date. */
export async function watch(page: Page): Promise<void> {
  const interval = pace[page.state]
  if (interval === undefined) return
  let moved = false
  while (!moved) {
    await wait(interval)
    await untilSeen()
    const answer = await ask(page)
    if (answer.kind === 'later') await wait(answer.seconds * 1000)
    moved = hasMoved(page, answer)
  }
  reloadFromServer(page)
}

/** A page that the browser kept in its back-forward cache may be out of date. */
export function watchReturns(page: Page): void {
  addEventListener('pageshow', async event => {
    if (event.persisted && hasMoved(page, await ask(page))) reloadFromServer(page)
  })
}

export function hasMoved(page: Page, answer: Answer): boolean {
  if (answer.kind === 'state') return answer.state !== page.state
  // Before the scan is committed, the gate rightly does not know this phone.
  return answer.kind === 'refused' && answer.status < 500 && page.state !== 'pending'
}
