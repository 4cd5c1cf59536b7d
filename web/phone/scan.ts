import { type Answer, commitScan, keepTyped } from './gate.ts'
import { showOutdated } from './notice.ts'
import { address, type Page, reloadFromServer } from './page.ts'
import type { TimeLeft } from './time-left.ts'
import { untilSeen, wait } from './wait.ts'

/**
 * Tells the gate that a person is looking at this page, again and again where it cannot be reached.
 * When the receipt has run out by then, says so; and goes on asking, as an earlier answer may have got
 * lost, and this phone may have the sign-in all the same.
 * @returns false when the page is out of date.
 */
export async function scan(page: Page, timeLeft: TimeLeft | undefined): Promise<boolean> {
  let late = false
  for (;;) {
    await untilSeen()
    const answer = await commitScan(page)
    if (answer.kind === 'state' && answer.state === 'scanned' && !late) {
      settle(page)
      timeLeft?.(answer)
      return true
    }
    if (isOutdated(answer)) {
      await keepTyped(page)
      showOutdated()
      return false
    }
    if (answer.kind === 'state' || answer.kind === 'refused') {
      reloadFromServer(page)
      return false
    }
    late = performance.now() >= page.goodFor
    if (late) showOutdated()
    await wait(answer.kind === 'later' ? answer.seconds * 1000 : 2000)
  }
}

/** The kiosk shows something else by now; the gate itself has no page for a phone without a scan. */
export function isOutdated(answer: Answer): boolean {
  return answer.kind === 'refused' && outdated.has(answer.code)
}

const outdated = new Set(['receipt_stale', 'already_ended', 'expired'])

/** From here on the phone key alone proves this phone; the ticket leaves the address bar. */
function settle(page: Page): void {
  page.state = 'scanned'
  page.receipt = ''
  for (const input of document.querySelectorAll('input[name="receipt"]')) input.remove()
  const form = new URLSearchParams(location.search).get('form')
  history.replaceState(null, '', address(page) + (form === null ? '' : `?form=${form}`))
}
