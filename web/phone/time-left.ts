import { announcedAt } from '@qrgate/sdk/screen-parts'
import { type Answer, press } from './gate.ts'
import { showProgress } from './notice.ts'
import { address, type Page, type Words } from './page.ts'

/** Hears how long the visitor may still take, where the gate says it. */
export type TimeLeft = (answer: Answer) => void

/** How long the visitor may still take to sign in: counted, said when little of it is left, and extended. */
export function countTimeLeft(page: Page, words: Words): TimeLeft {
  const line = document.querySelector<HTMLElement>('[data-time-left]')
  const clock = line?.querySelector('span')
  if (!line || !clock) return () => {}
  let until = -1
  let announced = Infinity

  const show = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000)
    if (seconds < 0) return
    clock.textContent = `${words.left} ${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`
    const due = announcedAt(seconds)
    if (due === announced) return
    showProgress(due < announced ? words.runsOut.replace('{seconds}', `${seconds}`) : '')
    announced = due
  }
  const count = (leftMs: number) => {
    until = performance.now() + leftMs
    line.hidden = false
    show()
  }
  const heard: TimeLeft = answer => {
    if (answer.kind !== 'state' || answer.left === undefined) return
    const hadFocus = line.contains(document.activeElement)
    line.classList.toggle('spent', !answer.extendable)
    count(answer.left)
    // The button is gone; a keyboard goes on from the time that it has given.
    if (!hadFocus || answer.extendable) return
    clock.tabIndex = -1
    clock.focus()
  }

  if (line.dataset.timeLeft) count(Number(line.dataset.timeLeft))
  line.querySelector('button')?.addEventListener('click', async event => {
    // The form stays as it is, with its password.
    event.preventDefault()
    heard(await press(`${address(page)}/extend`))
  })
  setInterval(show, 1000)
  return heard
}
