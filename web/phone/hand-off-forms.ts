import { press } from './gate.ts'

/**
 * Sends the buttons by fetch, so that the page stays as it is: its alarm would be gone with it. Whatever
 * the answer, the page then shows what is so; that there was none is said as well.
 * @param refresh shows what is so; false where the gate cannot be reached.
 */
export function takeOverSending(refresh: () => Promise<boolean>): void {
  let busy = false
  document.addEventListener('submit', event => {
    const form = event.target
    if (!(form instanceof HTMLFormElement) || form.dataset.send === undefined) return
    event.preventDefault()
    if (busy) return
    busy = true
    void send(form, refresh).finally(() => {
      busy = false
    })
  })
}

async function send(form: HTMLFormElement, refresh: () => Promise<boolean>): Promise<void> {
  const words = document.querySelector<HTMLElement>('[data-hand-off-page]')?.dataset
  const button = form.querySelector('button')
  const label = button?.textContent ?? ''
  const show = (text: string) => {
    if (button) button.textContent = text
  }
  showProblem('')
  show(words?.sending ?? label)
  const answer = await press(form.action)
  const isHeard = answer.kind === 'state' || (answer.kind === 'refused' && answer.status < 500)
  show(label)
  if (!isHeard || !(await refresh())) showProblem(words?.lost ?? '')
}

function showProblem(text: string): void {
  const box = document.querySelector<HTMLElement>('[data-problem]')
  if (!box) return
  box.hidden = text === ''
  box.textContent = text
}
