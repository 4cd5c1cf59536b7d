import { withTime } from '@qrgate/sdk/protocol'
import { keepTyped, submit } from './gate.ts'
import { clearProblem, setBusy, showOutdated, showProblem, showProgress } from './notice.ts'
import { type Page, type Problem, reloadFromServer, type Words } from './page.ts'
import { signed } from './passkey.ts'
import { isOutdated } from './scan.ts'
import { wait } from './wait.ts'
import { movedMeanwhile } from './watch.ts'

const attempts = 3

/** Sends the forms by fetch, so that a lost answer can be looked into instead of guessed at. */
export function takeOverForms(page: Page, words: Words): void {
  for (const form of document.querySelectorAll<HTMLFormElement>('form[data-action]')) {
    form.addEventListener('submit', event => {
      // A button that leads to another form goes there itself, with what was typed.
      if (form.dataset.action === 'scan' || event.submitter?.hasAttribute('formaction')) {
        page.movesOn = true
        return
      }
      event.preventDefault()
      if (!page.busy) void send(form, page, words)
    })
  }
}

function inTime(problem: Problem | undefined, seconds: number, { units }: Words) {
  return problem && { ...problem, sentence: withTime(problem.sentence, seconds, units) }
}

/** Every repeat is harmless: the gate knows this phone by its key and does each step once. */
async function send(form: HTMLFormElement, page: Page, words: Words): Promise<void> {
  const button = form.querySelector('button:not([type])')
  clearProblem()
  const release = setBusy(page, button, words.checking)
  if (form.dataset.action === 'passkey' && !(await signed(form))) return release()
  const fields = fieldsOf(form)
  let problem = words.problems.other

  for (let attempt = 0; attempt < attempts; attempt++) {
    const answer = await submit(form.action, fields)
    if (answer.kind === 'state') return reloadFromServer(page)
    if (page.state === 'pending' && isOutdated(answer)) {
      await keepTyped(page)
      return showOutdated()
    }
    if (answer.kind === 'refused') {
      // It may be refused because what was sent before, and never answered, was done since.
      if (attempt > 0 && (await movedMeanwhile(page))) return reloadFromServer(page)
      problem = inTime(words.problems[answer.code], answer.retryAfter, words)
      if (problem === undefined && answer.status < 500) {
        await keepTyped(page)
        return reloadFromServer(page)
      }
      break
    }
    if (answer.kind === 'later') {
      problem = words.problems.busy
      showProgress(words.waiting.replace('{seconds}', String(answer.seconds)))
      await wait(answer.seconds * 1000)
    } else {
      problem = { sentence: words.lost, field: null }
      showProgress(words.asking)
      await wait(1000)
      if (await movedMeanwhile(page)) return reloadFromServer(page)
    }
    showProgress('')
  }
  release()
  showProblem(problem ?? words.problems.other, form)
}

function fieldsOf(form: HTMLFormElement): URLSearchParams {
  const fields = new URLSearchParams()
  for (const [name, value] of new FormData(form)) fields.append(name, String(value))
  return fields
}
