import type { Page, Problem } from './page.ts'

const problemBox = document.querySelector<HTMLElement>('[data-problem]')
const progressLine = document.querySelector<HTMLElement>('[data-progress]')

export function showProgress(text: string): void {
  if (progressLine) progressLine.textContent = text
}

export function clearProblem(): void {
  if (problemBox) problemBox.hidden = true
  for (const input of document.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid')
  }
}

/** Says what is wrong, next to where it can be mended, and takes the visitor there. */
export function showProblem(problem: Problem | undefined, form: HTMLFormElement): void {
  if (problemBox && problem) {
    problemBox.hidden = false
    problemBox.textContent = problem.sentence
  }
  const named = problem?.field ? form.elements.namedItem(problem.field) : null
  if (named instanceof HTMLInputElement) {
    named.setAttribute('aria-invalid', 'true')
    named.focus()
    named.select()
    return
  }
  form.querySelector<HTMLButtonElement>('button:not([type])')?.focus()
}

/** Nothing on this page can lead on any more: only what the kiosk shows now can. */
export function showOutdated(): void {
  const message = document.querySelector<HTMLTemplateElement>('[data-outdated]')
  if (message === null) return
  for (const form of [...document.forms]) form.remove()
  document.querySelector('main')?.replaceChildren(message.content)
  document.querySelector('h1')?.focus()
}

/** @returns what undoes it. */
export function setBusy(page: Page, button: Element | null, words: string): () => void {
  const label = button?.textContent ?? ''
  const buttons = document.querySelectorAll<HTMLButtonElement>('form button:not([type])')
  const apply = (busy: boolean) => {
    page.busy = busy
    for (const each of buttons) each.disabled = busy
    if (button) button.textContent = busy ? words : label
  }
  apply(true)
  return () => apply(false)
}
