import { takeOverForms } from './form.ts'
import { type Page, readPage } from './page.ts'
import { offerPasskey } from './passkey.ts'
import { offerReveal } from './reveal.ts'
import { scan } from './scan.ts'
import { countTimeLeft } from './time-left.ts'
import { watch, watchLeaving, watchReturns } from './watch.ts'

/** Every page works without this script; with it, the page follows the sign-in by itself. */
async function run(page: Page): Promise<void> {
  watchReturns(page)
  watchLeaving(page)
  offerReveal()
  if (page.words) takeOverForms(page, page.words)
  offerPasskey(page)
  const timeLeft = page.words ? countTimeLeft(page, page.words) : undefined
  if (page.state === 'pending' && !(await scan(page, timeLeft))) return
  await watch(page, timeLeft)
}

const page = readPage()
if (page) void run(page)
