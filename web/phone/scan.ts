import { commitScan } from './gate.ts'
import { address, type Page, reloadFromServer } from './page.ts'
import { untilSeen, wait } from './wait.ts'

/**
 * Tells the gate that a person is looking at this page.
 * @returns false when the page is out of date and is being replaced.
 */
export async function scan(page: Page): Promise<boolean> {
  for (;;) {
    await untilSeen()
    const answer = await commitScan(page)
    if (answer.kind === 'state' && answer.state === 'scanned') {
      settle(page)
      return true
    }
    if (answer.kind === 'state' || answer.kind === 'refused') {
      reloadFromServer(page)
      return false
    }
    await wait(answer.kind === 'later' ? answer.seconds * 1000 : 2000)
  }
}

/** From here on the phone key alone proves this phone; the ticket leaves the address bar. */
function settle(page: Page): void {
  page.state = 'scanned'
  page.receipt = ''
  for (const input of document.querySelectorAll('input[name="receipt"]')) input.remove()
  const form = new URLSearchParams(location.search).get('form')
  history.replaceState(null, '', address(page) + (form === null ? '' : `?form=${form}`))
}
